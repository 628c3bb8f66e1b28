"""The site map beside each page of the admin center."""

from django import template

from centrala.center.sitemap import place_of, site_map_of
from centrala.organization.access import StaffRequest

register = template.Library()


@register.inclusion_tag("center/_site_map.html", takes_context=True)
def site_map(context: template.Context) -> dict[str, object]:
    request: StaffRequest = context["request"]
    return {"groups": site_map_of(request.user), "here": place_of(request.path)}
