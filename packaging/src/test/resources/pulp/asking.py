"""asking.py: what the scripts beside it share. Their words are FIRST SECOND PKI IMPORT: two URLs and two directories."""
import ssl
import sys
import urllib.error
import urllib.request

FIRST, SECOND, PKI, IMPORT = sys.argv[1:]


def text(name):
    with open(f'{PKI}/{name}') as file:
        return file.read()


def trusting(who=None):
    """TLS with the certificate of this name, or none."""
    context = ssl.create_default_context(cafile=f'{PKI}/ca.pem')
    if who:
        context.load_cert_chain(f'{PKI}/{who}.pem', f'{PKI}/{who}.key')
    return context


def ask(method, url, who=None, data=None, **headers):
    """Status, body and header of an answer; redirects are followed."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting(who)))
    try:
        with opener.open(urllib.request.Request(url, data, headers, method=method), timeout=60) as reply:
            return reply.status, reply.read(), reply.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def fetch(url, who=None, **headers):
    """Status and body of a GET."""
    return ask('GET', url, who, **headers)[:2]


def same(found, expected):
    assert found == expected, f'{found!r:.300} is not {expected!r:.300}'
