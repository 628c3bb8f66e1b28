"""The site map beside each page of the admin center."""

from django import template
from django.http import HttpRequest

from centrala.center.sitemap import SITE_MAP, place_of

register = template.Library()


@register.inclusion_tag("center/_site_map.html", takes_context=True)
def site_map(context: template.Context) -> dict[str, object]:
    request: HttpRequest = context["request"]
    return {"groups": SITE_MAP, "here": place_of(request.path)}
