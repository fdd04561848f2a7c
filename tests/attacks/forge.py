"""Tokens that the server did not make, signed with its own key where the attack is not about the key."""

import base64
import hashlib
import hmac
import json
import time


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def read(token):
    """Header and claims of a token."""
    return tuple(json.loads(base64.urlsafe_b64decode(piece + "==")) for piece in token.split(".")[:2])


def token(header, claims, key, digest=hashlib.sha256):
    told = f"{part(header)}.{part(claims)}"
    return f"{told}.{part(hmac.new(key, told.encode(), digest).digest())}"


def without(claims, name):
    return {other: value for other, value in claims.items() if other != name}


def algorithms(header, claims, key):
    """Another algorithm, another key, another place to find the key: what is wrong → the token."""
    unsigned = f"{part({**header, 'alg': 'none'})}.{part(claims)}"
    good = token(header, claims, key)
    head, body, signature = good.split(".")
    forged = {
        "none, without a signature": f"{unsigned}.",
        "none, with the old signature": f"{unsigned}.{signature}",
        "an empty signature": f"{head}.{body}.",
        "no signature": f"{head}.{body}",
        "a signature cut short": good[:-4],
        "a signature of zeros": f"{head}.{body}.{part(bytes(32))}",
        "an empty key": token(header, claims, b""),
        "the key of the documents": token(header, claims, b"changeme"),
        "another environment's key": token(header, claims, hashlib.sha256(b"other").digest()),
        "HS384": token({**header, "alg": "HS384"}, claims, key, hashlib.sha384),
        "HS512": token({**header, "alg": "HS512"}, claims, key, hashlib.sha512),
        "signed by the kid": token({**header, "kid": "../../dev/null"}, claims, b""),
        "five parts": good + ".a.b",
        "spaces": good.replace(".", ". "),
        "other claims": f"{head}.{part({**claims, 'role': 'super_admin'})}.{signature}",
    }
    for name in ("None", "NONE", "nOnE", "RS256", "ES256", "PS256", "EdDSA", "hs256", "", None, 1):
        forged[f"alg {name}"] = token({**header, "alg": name}, claims, key)
    hints = {
        "kid": "../../dev/null", "jku": "https://evil.example/keys", "jwk": {"kty": "oct", "k": part(b"x" * 32)},
        "x5u": "https://evil.example/cert", "x5c": ["MII="], "crit": ["exp"], "typ": "JWT", "cty": "JWT", "zip": "DEF", "b64": False,
    }  # fmt: skip
    for name, value in hints.items():
        forged[f"{name} {value}"] = token({**header, name: value}, claims, key)
    for name in ("kid", "typ"):
        forged[f"no {name}"] = token(without(header, name), claims, key)
    return forged


def claims_left_out(header, claims, key):
    return {f"no {name}": token(header, without(claims, name), key) for name in claims}


def claims_of_other_types(header, claims, key):
    forged = {}
    numbers = ["1", 1e300, -1, None, [claims["exp"]], {"$gt": 0}, True, claims["exp"] + 0.5, 2**63, "9999999999"]
    for name in ("exp", "iat", "epoch"):
        for value in numbers:
            # What is an integer and in the future expires later; that is not a matter of types.
            if not (name == "exp" and value == 2**63):
                forged[f"{name} {value}"] = token(header, {**claims, name: value}, key)
    for name in ("sub", "sid", "jti", "iss", "aud"):
        for value in (1, None, [claims[name]], {"$ne": ""}, "", True, claims[name] + "x"):
            if not (name == "jti" and isinstance(value, str)):
                forged[f"{name} {value}"] = token(header, {**claims, name: value}, key)
    now = int(time.time())
    forged["expired"] = token(header, {**claims, "exp": now - 60}, key)
    forged["of the future"] = token(header, {**claims, "iat": now + 600}, key)
    forged["with nbf"] = token(header, {**claims, "nbf": now + 600}, key)
    forged["with a role"] = token(header, {**claims, "role": "super_admin"}, key)
    forged["of a later epoch"] = token(header, {**claims, "epoch": claims["epoch"] + 1}, key)
    return forged
