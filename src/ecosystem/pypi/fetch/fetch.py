"""Asks package indexes, with nothing but Python's standard library. Builds, installs and runs nothing of a package.

A question is a line of JSON on standard input, {"id": 1, "ask": {"do": …}}, and its answer a line on standard
output, {"id": 1, "answer": {…}}. What failed is answered with {"failed": KIND, "said": WHY}.
"""

import base64
import html.parser
import http.client
import json
import netrc
import os
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

PAGE = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)
LONGEST_PAGE = 48 << 20
# In characters; the reader takes twice as much.
LONGEST_ANSWER = 32 << 20
LONGEST_FILE = 16 << 30
PIECE = 1 << 16
LONGEST_PAUSE = 8
# What may be over in a moment.
PASSING = {429, 500, 502, 503, 504, 520, 524, 527}
PORTS = {"http": 80, "https": 443}


class Failure(Exception):
    """Why there is no other answer: "absent", "refused", "unreachable" or "unusable", and a sentence."""

    def __init__(self, kind, said):
        super().__init__(said)
        self.kind = kind


class Broken(Exception):
    """An answer that ended before it was whole."""


def origin(address):
    """Which server an address is of."""
    try:
        parts = urllib.parse.urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
    except ValueError:
        # What Python says may quote a password.
        raise Failure("unusable", "its address can't be read") from None


def login_in(address):
    parts = urllib.parse.urlsplit(address)
    return tuple(part and urllib.parse.unquote(part) for part in (parts.username, parts.password))


def askable(address):
    """The address without a login, and with nothing in its path that a request can't hold."""
    parts = urllib.parse.urlsplit(address)
    path = urllib.parse.quote(parts.path, safe="/%:@!$&'()*+,;=~")
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], path=path))


class Redirects(urllib.request.HTTPRedirectHandler):
    """Shows a password only to the server that it is for, and leaves no encrypted connection."""

    def __init__(self, web):
        self.web = web

    def redirect_request(self, request, *more):
        following = super().redirect_request(request, *more)
        if following is not None:
            if request.type == "https" and following.type != "https":
                raise Failure("unusable", "it redirects to an address that is not encrypted")
            self.web.authorise(following)
        return following


class Web:
    """Index servers, as pip or uv is configured to ask them."""

    def __init__(self, settings):
        self.timeout = settings["timeout"]
        self.retries = settings["retries"]
        self.trusted = settings["trusted_hosts"]
        self.passwords = {}
        for index in settings["indexes"]:
            place = origin(index["url"])
            login = (index["user"], index["password"])
            login = login if any(login) else login_in(index["url"])
            if any(login):
                self.passwords[place] = login
        proxy = settings["proxy"]
        if proxy and "://" not in proxy:
            proxy = "http://" + proxy
        proxies = {"http": proxy, "https": proxy} if proxy else None
        secure, open_to_all = certificates(settings), ssl.create_default_context()
        open_to_all.check_hostname, open_to_all.verify_mode = False, ssl.CERT_NONE
        self.openers = [self.opener(proxies, context) for context in (secure, open_to_all)]

    def opener(self, proxies, context):
        # None for files and other schemes: what an index says must not make this read a file of the user's.
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(proxies),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=context),
            Redirects(self),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
        ):
            opener.add_handler(handler)
        opener.addheaders = [("User-Agent", "packwarden")]
        return opener

    def authorise(self, request):
        place = origin(request.full_url)
        found = self.passwords.get(place) or in_netrc(place[1])
        if found:
            login = base64.b64encode(":".join(part or "" for part in found).encode()).decode()
            # A redirection to somebody else must not take it along.
            request.add_unredirected_header("Authorization", "Basic " + login)

    def get(self, address, headers, use):
        """What `use` makes of the response. What breaks off, or may be over in a moment, is tried again."""
        scheme, host, port = origin(address)
        if scheme not in PORTS or not host:
            raise Failure("unusable", "it is at no address that begins with http:// or https://")
        is_trusted = host in self.trusted or "%s:%s" % (host, port) in self.trusted
        for attempt in range(self.retries + 1):
            request = urllib.request.Request(askable(address), headers=dict(headers()))
            self.authorise(request)
            try:
                with self.openers[is_trusted].open(request, timeout=self.timeout) as response:
                    return use(response)
            except urllib.error.HTTPError as error:
                failure, again = of_status(error), error.code in PASSING
            except (OSError, http.client.HTTPException, Broken) as error:
                failure, again = self.of_connection(error)
            if not again or attempt == self.retries:
                raise failure
            time.sleep(min(0.25 * 2**attempt, LONGEST_PAUSE))

    def of_connection(self, error):
        reason = getattr(error, "reason", None)
        error = reason if isinstance(reason, Exception) else error
        if isinstance(error, (TimeoutError, socket.timeout)):
            return Failure("unreachable", "nothing has come for %g seconds" % self.timeout), True
        if isinstance(error, ssl.SSLCertVerificationError):
            return Failure("unreachable", "its certificate is not trusted: " + error.verify_message), False
        if isinstance(error, (Broken, http.client.HTTPException)):
            return Failure("unusable", "the answer broke off: " + (str(error) or type(error).__name__)), True
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Failure("unreachable", said), True


def of_status(error):
    said = "the server answered %d %s" % (error.code, error.reason)
    if error.code in (404, 410):
        return Failure("absent", said)
    if error.code in (401, 403):
        return Failure("refused", said)
    return Failure("unreachable" if error.code == 407 else "unusable", said)


def certificates(settings):
    """What is trusted, and what this machine shows of itself."""
    context = ssl.create_default_context()
    own = settings["cert"]
    if own:
        given = {"capath" if os.path.isdir(own) else "cafile": own}
        context = readable(own, lambda: ssl.create_default_context(**given))
    elif not context.get_ca_certs() and not os.environ.get("SSL_CERT_DIR"):
        try:  # Some systems keep no certificates where Python looks; pip brings its own.
            from pip._vendor import certifi

            context.load_verify_locations(certifi.where())
        except ImportError:
            pass
    client = settings["client_cert"]
    if client:
        readable(client, lambda: context.load_cert_chain(client))
    return context


def readable(path, read):
    try:
        return read()
    except OSError as error:
        raise Failure("unusable", "the certificates in %s can't be read: %s" % (path, error.strerror)) from error


def in_netrc(host):
    for place in (os.environ.get("NETRC"), "~/.netrc", "~/_netrc"):
        try:
            found = place and netrc.netrc(os.path.expanduser(place)).authenticators(host)
        except (OSError, netrc.NetrcParseError):
            continue
        if found:
            return found[0], found[2]
    return None


def whole(response, most):
    """The content, unpacked if it was packed on the way."""
    packed = response.headers.get("Content-Encoding") == "gzip"
    content = b"".join(pieces(response, most))
    if packed:
        unpacking = zlib.decompressobj(31)
        try:
            content = unpacking.decompress(content, most)
        except zlib.error as error:
            raise Failure("unusable", "the answer can't be unpacked") from error
        if unpacking.unconsumed_tail:
            raise Failure("unusable", "the answer is longer than %d MiB" % (most >> 20))
    return content


def pieces(response, most):
    promised = response.headers.get("Content-Length")
    length = 0
    while True:
        piece = response.read(PIECE)
        if not piece:
            break
        length += len(piece)
        if length > most:
            raise Failure("unusable", "the answer is longer than the %d bytes that it may have" % most)
        yield piece
    if promised is not None and length < int(promised):
        raise Broken("%d of %s bytes have come" % (length, promised))


class Links(html.parser.HTMLParser):
    """The files that a page in HTML names (PEP 503, PEP 592)."""

    def __init__(self, address):
        super().__init__()
        self.base = address
        self.files = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        address = attributes.get("href")
        if address and tag == "base":
            self.base = urllib.parse.urljoin(self.base, address)
        if address and tag == "a":
            address, fragment = urllib.parse.urldefrag(urllib.parse.urljoin(self.base, address))
            algorithm, _, digits = fragment.partition("=")
            name = urllib.parse.unquote(urllib.parse.urlsplit(address).path.rpartition("/")[2])
            yanked = attributes["data-yanked"] or True if "data-yanked" in attributes else False
            self.files.append(
                {"name": name, "url": address, "hashes": {algorithm: digits}, "size": None, "yanked": yanked}
            )


def project(web, asked):
    """The files that an index has of a project."""

    def read(response):
        kind = response.headers.get_content_type()
        content, address = whole(response, LONGEST_PAGE), response.geturl()
        if kind.endswith("json"):
            return in_json(content, address)
        if not kind.endswith("html"):
            raise Failure("unusable", "it answers with %s, and not with a page of an index" % kind)
        links = Links(address)
        links.feed(content.decode("utf-8", "replace"))
        return {"files": links.files, "is_html": True}

    headers = {"Accept": PAGE, "Accept-Encoding": "gzip", "Cache-Control": "max-age=0"}
    return web.get(asked["index"].rstrip("/") + "/" + asked["name"] + "/", lambda: headers, read)


def in_json(content, address):
    """The same in JSON (PEP 691)."""
    try:
        files = [
            {
                "name": str(one["filename"]),
                "url": urllib.parse.urldefrag(urllib.parse.urljoin(address, one["url"]))[0],
                "hashes": {str(name): str(digits) for name, digits in one["hashes"].items()},
                "size": one["size"] if isinstance(one.get("size"), int) else None,
                "yanked": one.get("yanked") or False,
            }
            for one in json.loads(content)["files"]
        ]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Failure("unusable", "its answer is no page of an index") from error
    return {"files": files, "is_html": False}


def describe(web, asked):
    """What an index shows of a release, if it has PyPI's own interface in JSON."""

    def read(response):
        try:
            return {"info": json.loads(whole(response, LONGEST_PAGE))["info"]}
        except (ValueError, LookupError, TypeError):
            return {"info": None}

    place = asked["index"].rstrip("/")
    if not place.endswith("/simple"):
        return {"info": None}
    parts = (place[: -len("/simple")], "pypi", asked["name"], urllib.parse.quote(asked["version"]), "json")
    try:
        return web.get("/".join(parts), lambda: {"Accept-Encoding": "gzip"}, read)
    except Failure as failure:
        if failure.kind in ("absent", "refused"):
            return {"info": None}
        raise


def fetch(web, asked):
    """Puts a file where it is wanted. What has come of it before a connection broke is not asked for again."""
    most = LONGEST_FILE if asked["size"] is None else asked["size"]
    with open(asked["path"], "wb") as file:

        def headers():
            yield "Accept-Encoding", "identity"
            if file.tell():
                yield "Range", "bytes=%d-" % file.tell()

        def read(response):
            if response.status != 206:
                file.seek(0)
                file.truncate()
            for piece in pieces(response, most - file.tell()):
                file.write(piece)
            return {"size": file.tell()}

        return web.get(asked["url"], headers, read)


ACTIONS = {"project": project, "describe": describe, "fetch": fetch}


def main():
    answers, turn, web = os.fdopen(os.dup(1), "w", encoding="utf-8"), threading.Lock(), None
    # What anything else prints is no answer.
    os.dup2(2, 1)

    def answer(number, work, *arguments):
        try:
            result = work(*arguments)
        except Failure as failure:
            result = {"failed": failure.kind, "said": str(failure)}
        except Exception as error:  # Of one question, and not of all.
            result = {"failed": "unusable", "said": "%s: %s" % (type(error).__name__, error)}
        line = json.dumps({"id": number, "answer": result})
        if len(line) > LONGEST_ANSWER:
            # Whoever reads it would give up all others with it.
            result = {"failed": "unusable", "said": "it tells more than can be taken in"}
            line = json.dumps({"id": number, "answer": result})
        with turn:
            print(line, file=answers, flush=True)

    def configure(settings):
        nonlocal web
        web = Web(settings)
        return {}

    for line in sys.stdin:
        question = json.loads(line)
        number, asked = question["id"], question["ask"]
        if asked["do"] == "pip":
            answer(number, pip_settings, asked)
        elif asked["do"] == "configure":
            answer(number, configure, asked["settings"])
        else:
            work = (number, ACTIONS[asked["do"]], web, asked)
            threading.Thread(target=answer, args=work, daemon=True).start()
    os._exit(0)


main()
