"""Tokens that somebody tries on the webhooks: each but for one thing right, with the answer that the design gives it.

A row is made when its test runs, from what the provider then holds. Most are signed by the tenant's own key: what has
to stop them is the claim, not the signature.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from jwt.algorithms import RSAAlgorithm

from centrala.entra.refusals import TokenCode
from hooks.scene import CLIENT, EVENT_GRID, OTHER_CLIENT, OTHER_TENANT, Entra, private_key, public_pem, segment


@dataclass(frozen=True)
class Sent:
    """What goes with the request; `secrets` is what must be in no log and in no table."""

    headers: list[tuple[str, str]]
    query: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.headers[0][1].removeprefix("Bearer ")

    @property
    def secrets(self) -> list[str]:
        values = [value for _, value in self.headers] + list(self.query.values())
        words = [word.strip(",;") for value in values for word in value.split()]
        return [part for word in words for part in word.split(".") if len(part) > 8]


Make = Callable[[Entra], Sent]


def bearer(*tokens: str, scheme: str = "Bearer ") -> Sent:
    return Sent([("Authorization", f"{scheme}{token}") for token in tokens])


def claiming(**claims: object) -> Make:
    """The tenant's own signature under these claims; None leaves one out."""
    return lambda entra: bearer(entra.token(**{"signer": "key-1", **claims}))  # type: ignore[arg-type] # names vary


def of_version(version: int, **claims: object) -> Make:
    return lambda entra: bearer(entra.token(version=version, **claims))  # type: ignore[arg-type] # names vary


def at(name: str, seconds: float) -> Make:
    """One of the times that far from now."""
    return lambda entra: claiming(**{name: entra.clock().timestamp() + seconds})(entra)


def raw(claims: Callable[[str], str], **header: object) -> Make:
    """Genuinely signed claims that no library would write: `claims` changes the JSON's text."""
    return lambda entra: bearer(signed(json.dumps(header_of(**header)), claims(json.dumps(entra.claims()))))


def headed(text: str) -> Make:
    """Genuinely signed under a header of this very text."""
    return lambda entra: bearer(signed(text, json.dumps(entra.claims())))


def header_of(**members: object) -> dict[str, object]:
    return {"alg": "RS256", "typ": "JWT", "kid": "key-1", **members}


def signed(header: str, claims: str, *, key: str = "key-1") -> str:
    text = f"{segment(header.encode())}.{segment(claims.encode('utf-8', 'surrogatepass'))}"
    return f"{text}.{segment(private_key(key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def under(**header: object) -> Make:
    """Genuinely signed, with these members in its header."""
    return headed(json.dumps(header_of(**header)))


def by_celina(**header: object) -> Make:
    """Signed by a key of the attacker's own, which the header recommends."""
    return lambda entra: bearer(signed(json.dumps(header_of(**header)), json.dumps(entra.claims()), key="key-9"))


def own_jwk() -> object:
    return RSAAlgorithm.to_jwk(private_key("key-9").public_key(), as_dict=True)


def hmac_signed(entra: Entra) -> Sent:
    """HS256 with the public key as its secret, made by hand: PyJWT refuses to make one."""
    text = f"{segment({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{segment(entra.claims())}"
    return bearer(f"{text}.{segment(hmac.new(public_pem('key-1'), text.encode(), hashlib.sha256).digest())}")


def by_curve(entra: Entra) -> Sent:
    key = ec.generate_private_key(ec.SECP256R1())
    return bearer(jwt.encode(entra.claims(), key, algorithm="ES256", headers={"kid": "key-1"}))


def by_algorithm(name: str) -> Make:
    return lambda entra: bearer(
        jwt.encode(entra.claims(), private_key("key-1"), algorithm=name, headers={"kid": "key-1"})
    )


def unsigned(algorithm: object) -> Make:
    return lambda entra: bearer(f"{segment({'alg': algorithm, 'kid': 'key-1'})}.{segment(entra.claims())}.")


def altered(change: Callable[[str], str], *, scheme: str = "Bearer ") -> Make:
    """A genuine token, changed on its way."""
    return lambda entra: bearer(change(entra.token()), scheme=scheme)


def exchanged(**claims: object) -> Make:
    """Genuine header and signature around other claims."""

    def make(entra: Entra) -> Sent:
        header, _, signature = entra.token().split(".")
        return bearer(f"{header}.{segment(entra.claims(**claims))}.{signature}")

    return make


def weak(entra: Entra) -> Sent:
    """The provider publishes a key of 1,024 bits, which somebody has factored."""
    entra.key_ids.append("weak")
    return bearer(signed(json.dumps(header_of(kid="weak")), json.dumps(entra.claims()), key="weak"))


def elsewhere(name: str) -> Make:
    """A genuine token in another place than the Authorization header."""
    return lambda entra: Sent([(name, f"Bearer {entra.token()}")])


def out_of_reach(entra: Entra) -> Sent:
    entra.broken = True
    return bearer(entra.token())


def by_wrong_clock(name: str, seconds: float) -> Make:
    """Untimely by our clock, which the provider's Date header contradicts."""

    def make(entra: Entra) -> Sent:
        entra.skew = timedelta(minutes=6)
        return at(name, seconds)(entra)

    return make


def standard(text: str) -> str:
    """A part of a token in base64's other alphabet, padded."""
    return base64.b64encode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).decode()


no_token, several, too_long = TokenCode.NO_TOKEN, TokenCode.SEVERAL_TOKENS, TokenCode.TOKEN_TOO_LONG
malformed, algorithm, no_key_id = TokenCode.MALFORMED, TokenCode.WRONG_ALGORITHM, TokenCode.NO_KEY_ID
tenant, audience, application = TokenCode.WRONG_TENANT, TokenCode.WRONG_AUDIENCE, TokenCode.WRONG_APPLICATION
issuer, unknown_key, signature = TokenCode.WRONG_ISSUER, TokenCode.UNKNOWN_KEY, TokenCode.BAD_SIGNATURE
expired, not_yet, no_expiry = TokenCode.EXPIRED, TokenCode.NOT_YET_VALID, TokenCode.NO_EXPIRY

ATTACKS: dict[str, tuple[Make, TokenCode]] = {
    # No token where it belongs, or more than one.
    "no header": (lambda entra: Sent([]), no_token),
    "empty header": (lambda entra: bearer("", scheme=""), no_token),
    "scheme alone": (lambda entra: bearer(""), no_token),
    "scheme and blanks": (lambda entra: bearer(" \t "), no_token),
    "basic": (lambda entra: bearer("YWRhbTphZGFt", scheme="Basic "), no_token),
    "token under Basic": (altered(str, scheme="Basic "), no_token),
    "token without scheme": (altered(str, scheme=""), no_token),
    "scheme joined by a colon": (altered(str, scheme="Bearer:"), no_token),
    "scheme joined by a tab": (altered(str, scheme="Bearer\t"), no_token),
    "scheme twice": (altered(str, scheme="Bearer Bearer "), malformed),
    "token in a cookie": (lambda entra: Sent([("Cookie", f"access_token={entra.token()}")]), no_token),
    "token in the query": (lambda entra: Sent([], {"access_token": entra.token()}), no_token),
    "token for the proxy": (elsewhere("Proxy-Authorization"), no_token),
    "token forwarded": (elsewhere("X-Forwarded-Authorization"), no_token),
    "two headers": (lambda entra: bearer(entra.token(), entra.token()), several),
    "genuine header before a forged one": (lambda entra: bearer(entra.token(), "a.b.c"), several),
    "two tokens by comma": (lambda entra: bearer(f"{entra.token()}, {entra.token()}"), malformed),
    # Not the shape of a token.
    "1 MB": (lambda entra: bearer("a" * 1_000_000), too_long),
    "one character too long": (lambda entra: bearer("a" * 16_385), too_long),
    "genuine token with a long tail": (altered(lambda token: token + "A" * 20_000), too_long),
    "not a token": (lambda entra: bearer("open-sesame"), malformed),
    "two parts": (altered(lambda token: token.rpartition(".")[0]), malformed),
    "four parts": (altered(lambda token: f"{token}.AAAA"), malformed),
    "line break inside": (altered(lambda token: token.replace(".", ".\r\n", 1)), malformed),
    "blank inside": (altered(lambda token: token.replace(".", ". ", 1)), malformed),
    "quoted": (altered(lambda token: f'"{token}"'), malformed),
    "padded": (altered(lambda token: token + "=="), malformed),
    "padded within": (altered(lambda token: token.replace(".", "=.", 1)), malformed),
    "other alphabet": (altered(lambda token: ".".join(map(standard, token.split("."))) + "+/"), malformed),
    "percent-encoded": (altered(lambda token: token.replace(".", "%2E")), malformed),
    "a character that no length has": (lambda entra: bearer(f"AAAAA.{segment(entra.claims())}.AAAA"), malformed),
    "encrypted": (lambda entra: bearer(".".join([segment({"alg": "RSA-OAEP", "enc": "A256GCM"}), *"abcd"])), malformed),
    # A header or claims that are not what they should be.
    "header is no JSON": (lambda entra: bearer(f"AAAA.{segment(entra.claims())}.AAAA"), malformed),
    "header is a list": (headed("[]"), malformed),
    "header is deep": (headed("[" * 6_000), malformed),
    "header has a number without end": (headed('{"alg": "RS256", "kid": ' + "9" * 5_000 + "}"), malformed),
    "claims are a list": (raw(lambda text: f"[{text}]"), malformed),
    "claims are nothing": (raw(lambda text: "null"), malformed),
    "claims are empty": (raw(lambda text: "{}"), tenant),
    "deep claims": (raw(lambda text: "[" * 6_000), malformed),
    "deep claim": (raw(lambda text: text[:-1] + ', "x": ' + "[" * 5_000 + "]" * 5_000 + "}"), malformed),
    "claims with a tail": (raw(lambda text: text + text), malformed),
    "claims with a mark of order": (raw(lambda text: "\ufeff" + text), malformed),
    "claims with half a character": (raw(lambda text: text.replace(CLIENT, "\\ud800")), malformed),
    "claims in broken UTF-8": (raw(lambda text: text.replace(CLIENT, "\udcff")), malformed),
    "other audience first of two": (raw(lambda text: text[:-1] + f', "aud": "{OTHER_CLIENT}"' + "}"), audience),
    "other tenant first of two": (raw(lambda text: text[:-1] + f', "tid": "{OTHER_TENANT}"' + "}"), tenant),
    "key id twice": (headed('{"alg": "RS256", "kid": "key-1", "kid": "key-9"}'), unknown_key),
    "algorithm twice": (headed('{"alg": "RS256", "kid": "key-1", "alg": "none"}'), algorithm),
    "audience beside another": (claiming(aud=[CLIENT, OTHER_CLIENT]), malformed),
    "audience in a list": (claiming(aud=[CLIENT]), malformed),
    "audience in an object": (claiming(aud={CLIENT: True}), malformed),
    "tenant is a number": (claiming(tid=1), malformed),
    "roles are one word": (claiming(roles="AzureEventGridSecureWebhookSubscriber"), malformed),
    "unknown critical member": (under(crit=["new"], new=1), malformed),
    "critical member that is not there": (under(crit=["exp"]), malformed),
    "critical is empty": (under(crit=[]), malformed),
    "payload that is no base64": (under(b64=False, crit=["b64"]), malformed),
    # An algorithm of the attacker's choice.
    "alg none": (unsigned("none"), algorithm),
    "alg None": (unsigned("None"), algorithm),
    "alg nOnE": (unsigned("nOnE"), algorithm),
    "alg empty": (unsigned(""), algorithm),
    "alg null": (unsigned(None), algorithm),
    "alg in a list": (unsigned(["RS256"]), algorithm),
    "alg in small letters": (under(alg="rs256"), algorithm),
    "alg HS256 with the public key": (hmac_signed, algorithm),
    "alg ES256": (by_curve, algorithm),
    "alg RS384": (by_algorithm("RS384"), algorithm),
    "alg RS512": (by_algorithm("RS512"), algorithm),
    "alg PS256": (by_algorithm("PS256"), algorithm),
    # A key of the attacker's choice.
    "no kid": (lambda entra: bearer(entra.token(kid=None)), no_key_id),
    "empty kid": (lambda entra: bearer(entra.token(kid="", signer="key-1")), no_key_id),
    "kid is null": (under(kid=None), malformed),
    "kid is a number": (under(kid=1), malformed),
    "kid is a list": (under(kid=["key-1"]), malformed),
    "unknown kid": (lambda entra: bearer(entra.token(kid="key-9")), unknown_key),
    "kid of no RSA key": (lambda entra: bearer(entra.token(kid="curve", signer="key-1")), unknown_key),
    "kid in capitals": (under(kid="KEY-1"), unknown_key),
    "kid is a path": (under(kid="../../../dev/null"), unknown_key),
    "kid is an address": (by_celina(kid="https://localhost/keys"), unknown_key),
    "kid is SQL": (under(kid="' UNION SELECT 'key-1' --"), unknown_key),
    "kid is half a character": (headed('{"alg": "RS256", "kid": "\\ud800"}'), unknown_key),
    "kid has a null character": (under(kid="key-1\x00"), unknown_key),
    "key of 1,024 bits": (weak, unknown_key),
    "key made up": (lambda entra: bearer(entra.token(signer="key-9")), signature),
    "jwk in the header": (by_celina(jwk=own_jwk()), signature),
    "jku in the header": (by_celina(jku="https://localhost/keys"), signature),
    "x5u in the header": (by_celina(x5u="https://localhost/certificate"), signature),
    "x5c in the header": (by_celina(x5c=["MIIB"], x5t="AAAA"), signature),
    "x5t of a genuine key": (by_celina(x5t="AAAA"), signature),
    # Changed on its way.
    "claims exchanged": (exchanged(oid="Celina"), signature),
    "signature cut off": (altered(lambda token: token.rpartition(".")[0] + "."), signature),
    "signature cut short": (altered(lambda token: token[:-42]), signature),
    "signature with bits to spare": (altered(lambda token: token[:-1] + chr(ord(token[-1]) + 1)), malformed),
    "signature of naughts": (altered(lambda token: token.rpartition(".")[0] + "." + "A" * 342), signature),
    "signature of another token": (
        lambda entra: bearer(f"{entra.token().rpartition('.')[0]}.{entra.token(oid='x').rpartition('.')[2]}"),
        signature,
    ),
    # Genuine, but for somebody else.
    "other tenant": (claiming(tid=OTHER_TENANT), tenant),
    "other tenant, whole": (
        lambda entra: bearer(entra.token(tid=OTHER_TENANT, iss=entra.issuer(1, OTHER_TENANT))),
        tenant,
    ),
    "no tenant": (claiming(tid=None), tenant),
    "tenant with a blank": (lambda entra: claiming(tid=f"{entra.claims()['tid']} ")(entra), tenant),
    "other audience": (claiming(aud=OTHER_CLIENT), audience),
    "audience of Azure": (claiming(aud="https://management.azure.com"), audience),
    "audience with a path": (claiming(aud=f"api://{CLIENT}/"), audience),
    "audience as http": (claiming(aud=f"https://{CLIENT}"), audience),
    "audiences in one text": (claiming(aud=f"{OTHER_CLIENT} {CLIENT}"), audience),
    "no audience": (claiming(aud=None), audience),
    "another application": (claiming(appid=OTHER_CLIENT), application),
    "another application, v2": (of_version(2, azp=OTHER_CLIENT), application),
    "our own application": (claiming(appid=CLIENT), application),
    "two applications": (claiming(appid=OTHER_CLIENT, azp=EVENT_GRID), application),
    "two applications, the other way": (claiming(azp=OTHER_CLIENT), application),
    "no application": (claiming(appid=None), application),
    "application by its name": (claiming(appid="Microsoft.EventGrid"), application),
    "issuer of another tenant": (lambda entra: bearer(entra.token(iss=entra.issuer(1, OTHER_TENANT))), issuer),
    "issuer made up": (claiming(iss="https://example.org/"), issuer),
    "issuer without its slash": (lambda entra: bearer(entra.token(iss=entra.issuer(1)[:-1])), issuer),
    "no issuer": (claiming(iss=None), issuer),
    "v1 under v2's issuer": (lambda entra: bearer(entra.token(iss=entra.issuer(2))), issuer),
    "v2 under v1's issuer": (lambda entra: bearer(entra.token(version=2, iss=entra.issuer(1))), issuer),
    "version made up": (claiming(ver="3.0"), issuer),
    # At another time.
    "no expiry": (claiming(exp=None), no_expiry),
    "expired": (at("exp", -301), expired),
    "expires before 1970": (claiming(exp=-1), expired),
    "expires in a moment of the past": (at("exp", -300.5), expired),
    "expiry in digits": (claiming(exp="1795500000"), malformed),
    "expiry is true": (claiming(exp=True), malformed),
    "expiry is a text": (claiming(exp="never"), malformed),
    "expiry without end": (claiming(exp=float("inf")), malformed),
    "expiry is no number": (claiming(exp=float("nan")), malformed),
    "expiry beyond numbers": (raw(lambda text: text.replace('"exp": ', '"exp": 1e400, "x": ')), malformed),
    "expiry of 5,000 digits": (raw(lambda text: text.replace('"exp": ', '"exp": ' + "9" * 5_000)), malformed),
    "not yet valid": (at("nbf", 301), not_yet),
    "not yet valid by half a second": (at("nbf", 300.5), not_yet),
    "valid in the year 30,000": (claiming(nbf=884_541_200_000), not_yet),
    "nbf in digits": (claiming(nbf="0"), malformed),
    # We cannot tell: Event Grid shall come again.
    "keys out of reach": (out_of_reach, TokenCode.KEYS_UNAVAILABLE),
    "expired by a wrong clock": (by_wrong_clock("exp", -301), TokenCode.CLOCK_DIFFERS),
    "not yet valid by a wrong clock": (by_wrong_clock("nbf", 301), TokenCode.CLOCK_DIFFERS),
}

GENUINE: dict[str, Make] = {
    "v1": of_version(1),
    "v2": of_version(2),
    "application's URI as audience": claiming(aud=f"api://{CLIENT}"),
    "ids in capitals": claiming(aud=CLIENT.upper(), appid=EVENT_GRID.upper()),
    "just expired": at("exp", -299),
    "just expired by a fraction": at("exp", -299.5),
    "valid in a moment": at("nbf", 299),
    "valid since before 1970": claiming(nbf=-1),
    "no nbf": claiming(nbf=None),
    "nothing said of its version": claiming(ver=None),
    "with a role nobody asked for": claiming(roles=["AzureEventGridSecureWebhookSubscriber"]),
    "scheme in odd case": altered(str, scheme="bEaReR "),
    "two blanks after the scheme": altered(str, scheme="Bearer  "),
    "deaf to what the header recommends": under(jku="https://localhost/keys", x5u="https://localhost/", jwk=own_jwk()),
}
