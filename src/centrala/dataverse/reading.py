"""Rows: a set, one row by its id, one of its values, what its lookup points to."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse

from centrala.dataverse import answers, fetchxml
from centrala.dataverse.access import Caller, rows_for
from centrala.dataverse.answers import Base, Json
from centrala.dataverse.columns import Reference, Row
from centrala.dataverse.failures import Failure
from centrala.dataverse.options import COOKIE, MORE, Preferences, options_of, preferences_of
from centrala.dataverse.paths import Segment
from centrala.dataverse.query import OPTIONS, Page, Query, expanded, query_of, run, selected
from centrala.dataverse.table import Table
from centrala.dataverse.tables import TABLES
from centrala.dataverse.tokens import shown

FETCH = {"fetchXml", "fetchxml"}
ONE = {"$select", "$expand", "$format"}


def answer(request: HttpRequest, caller: Caller, base: Base, table: Table, path: list[Segment]) -> HttpResponse:
    """Raises WebApiError."""
    rows = rows_for(caller, table)
    if path[0].key is None:
        return _set(request, caller, base, table, rows, path[1:])
    wanted = path[0].guid(table.id_name)
    row = next((row for row in rows if row[table.id_name] == wanted), None)
    if row is None:
        raise Failure.NO_ROW.of(table=table.name, id=wanted)
    return _within(request, caller, base, table, row, path[1:])


def _set(
    request: HttpRequest, caller: Caller, base: Base, table: Table, rows: list[Row], rest: list[Segment]
) -> HttpResponse:
    if rest == [Segment("$count", None)]:
        query = query_of(options_of(request, {"$filter"}), table, TABLES)
        return answers.text(str(run(query, rows, key=table.id_name).total))
    if rest:
        raise Failure.NO_SEGMENT.of(segment=shown(rest[0].name))
    options = options_of(request, OPTIONS | FETCH)
    if xml := [options.pop(name) for name in FETCH if name in options]:
        if others := sorted(options.keys() - {"$format"}):
            raise Failure.NOT_IMPLEMENTED.of(what=f"FetchXML beside {', '.join(others)}")
        return _fetched(request, base, table, rows, xml[0])
    return _listed(request, caller, base, table, rows, options)


def _listed(
    request: HttpRequest, caller: Caller, base: Base, table: Table, rows: list[Row], options: Mapping[str, str]
) -> HttpResponse:
    preferences = preferences_of(request)
    query = query_of(options, table, TABLES)
    page = run(query, rows, key=table.id_name, page_size=preferences.page_size)
    body: Json = {"@odata.context": base.context(answers.context_of(table, query.select, query.expand))}
    if query.count:
        body["@odata.count"] = page.total
    body["value"] = _bodies(caller, table, query, page, preferences)
    if page.following is not None:
        again = urlencode({**options, "$skiptoken": str(page.following)}, quote_via=quote, safe="$,'()")
        body["@odata.nextLink"] = f"{base.url}{table.set_name}?{again}"
    return answers.answer(body, headers=_applied(preferences))


def _bodies(caller: Caller, table: Table, query: Query, page: Page, preferences: Preferences) -> list[Json]:
    targets = _targets(caller, table, query)
    return [_body(table, row, query.select, query.expand, targets, preferences) for row in page.rows]


def _targets(caller: Caller, table: Table, query: Query) -> dict[str, dict[object, Row]]:
    """The rows that are expanded, by the lookup and their id. Raises WebApiError for a table not to be read."""
    found: dict[str, dict[object, Row]] = {}
    for name in query.expand:
        target = TABLES[table.navigation[name].target]
        found[name] = {row[target.id_name]: row for row in rows_for(caller, target)}
    return found


def _body(
    table: Table,
    row: Row,
    select: tuple[str, ...] | None,
    expand: Mapping[str, tuple[str, ...] | None],
    targets: Mapping[str, Mapping[object, Row]],
    preferences: Preferences,
) -> Json:
    body = answers.entity(table, row, select, preferences)
    for name, inner in expand.items():
        reference = row[f"_{name}_value"]
        target = targets[name].get(reference.id) if isinstance(reference, Reference) else None
        other = TABLES[table.navigation[name].target]
        body[name] = None if target is None else answers.entity(other, target, inner, preferences)
    return body


def _within(
    request: HttpRequest, caller: Caller, base: Base, table: Table, row: Row, rest: list[Segment]
) -> HttpResponse:
    if not rest:
        return _one(request, caller, base, table, row)
    name = rest[0].name
    if name in table.navigation and rest[0].key is None:
        reference, target = row[f"_{name}_value"], TABLES[table.navigation[name].target]
        assert isinstance(reference, Reference)
        return answer(request, caller, base, target, [Segment(target.set_name, str(reference.id)), *rest[1:]])
    if name not in table.properties or rest[0].key is not None or rest[1:] not in ([], [Segment("$value", None)]):
        raise Failure.NO_SEGMENT.of(segment=shown(rest[-1].name))
    return _value(request, base, table, row, name, raw=len(rest) > 1)


def _one(request: HttpRequest, caller: Caller, base: Base, table: Table, row: Row) -> HttpResponse:
    options, preferences = options_of(request, ONE), preferences_of(request)
    tag = answers.etag(row)
    query = Query(
        select=selected(options.get("$select"), table), expand=expanded(options.get("$expand"), table, TABLES)
    )
    if request.headers.get("if-none-match", "") in {tag, "*"}:
        return HttpResponse(status=304, headers={"ETag": tag, "OData-Version": "4.0"})
    context = base.context(f"{answers.context_of(table, query.select, query.expand)}/$entity")
    targets = _targets(caller, table, query)
    body = _body(table, row, query.select, query.expand, targets, preferences)
    return answers.answer({"@odata.context": context, **body}, headers={"ETag": tag, **_applied(preferences)})


def _value(request: HttpRequest, base: Base, table: Table, row: Row, name: str, *, raw: bool) -> HttpResponse:
    options_of(request, ())
    value = answers.plain(row[name])
    if value is None:
        return HttpResponse(status=204, headers={"OData-Version": "4.0"})
    if raw:
        return answers.text(str(value).lower() if isinstance(value, bool) else str(value))
    context = base.context(f"{table.set_name}({row[table.id_name]})/{name}")
    return answers.answer({"@odata.context": context, "value": value})


def _fetched(request: HttpRequest, base: Base, table: Table, rows: list[Row], xml: str) -> HttpResponse:
    preferences, fetch = preferences_of(request), fetchxml.read(xml, table)
    page = run(fetch.query, rows, key=table.id_name, page_size=fetch.page_size)
    body: Json = {"@odata.context": base.context(answers.context_of(table, fetch.query.select, {}))}
    if fetch.total:
        body["@Microsoft.Dynamics.CRM.totalrecordcount"] = page.total
    if preferences.wants(MORE):
        body[f"@{MORE}"] = page.following is not None
    if preferences.wants(COOKIE) and page.following is not None:
        inner = quote(quote(f'<cookie page="{fetch.query.page}"/>', safe=""), safe="")
        body[f"@{COOKIE}"] = f'<cookie pagenumber="{fetch.query.page + 1}" pagingcookie="{inner}" istracking="False" />'
    body["value"] = [answers.entity(table, row, fetch.query.select, preferences) for row in page.rows]
    return answers.answer(body, headers=_applied(preferences))


def _applied(preferences: Preferences) -> dict[str, str]:
    return {"Preference-Applied": preferences.applied} if preferences.applied else {}
