"""Where somebody is, for whatever leads back there."""

from django.http import HttpRequest


def page_at(request: HttpRequest) -> str:
    """This address, or the page above one that only takes forms: nobody can come back to that."""
    match = request.resolver_match
    if match is None or not getattr(match.func, "post_only", False):
        return request.get_full_path()
    above, slash = request.path.rstrip("/").rpartition("/")[0], request.path.endswith("/")
    return f"{above}/" if slash or not above else above
