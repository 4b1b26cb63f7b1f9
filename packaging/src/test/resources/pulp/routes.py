"""routes.py FIRST SECOND PKI IMPORT

Routes of the gateway beside those that Katello's calls take. FIRST serves content on port 80 too, has the Pulp of SECOND as "second" in its :pulps:, and
/rhsm of foreman.py behind it. The Pulp of SECOND asks for no token, and has what fill.py made, named by "lab". PKI as for katello.py; IMPORT/sources
is what sources.sh made. Says at last "done".
"""
import hashlib
import json
import socket
import urllib.parse

from asking import FIRST, IMPORT, PKI, SECOND, ask, fetch, same, text, trusting

PLAIN = FIRST.replace('https://', 'http://')
JSON = {'Content-Type': 'application/json'}


def source(name):
    with open(f'{IMPORT}/sources/{name}', 'rb') as file:
        return file.read()


print('content by all its names, on both ports')
for url in (SECOND, FIRST + '/pulp/second', PLAIN + '/pulp/second'):
    place = url + '/pulp' if url == SECOND else url
    for name in ('content', 'isos', 'repos', 'deb'):
        same(fetch(f'{place}/{name}/lab-file-1/1.txt'), (200, source('file/1.txt')))
    same(fetch(f'{place}/content/lab-rpm-1/Packages/l/lab-p1-1.1-1.noarch.rpm')[1], source('rpm/lab-p1-1.1-1.noarch.rpm'))
    same(fetch(f'{place}/isos/lab-file-1/none')[0], 404)
for path in ('/pulp/api/v3/status/', '/pulp/second/api/v3/status/', '/v2/', '/pulpcore_registry/v2/', '/features', '/rhsm/status'):
    same(fetch(PLAIN + path)[0], 404)

print('a further Pulp by its name')
status, body = fetch(FIRST + '/pulp/second/api/v3/status/')
same((status, len(json.loads(body)['online_workers'])), (200, 1))
for who in (None, 'host'):
    same(fetch(FIRST + '/pulp/second/api/v3/repositories/', who)[0], 403)
names = [one['name'] for one in json.loads(fetch(FIRST + '/pulp/second/api/v3/repositories/file/file/', 'foreman')[1])['results']]
assert 'lab-file-1' in names, names
assert 'lab-file-1' not in str(fetch(FIRST + '/pulp/api/v3/repositories/', 'foreman')[1])

print('the registry without tokens: shut, but for Foreman')
status, body = fetch(SECOND + '/v2/')
same(status, 403)
assert b'without asking for a token' in body, body
same(fetch(SECOND + '/token/')[0], 403)
base = SECOND + '/pulpcore_registry'
same(fetch(base + '/v2/')[0], 403)
same(fetch(base + '/v2/', 'host')[0], 403)
same(fetch(base + '/v2/', 'foreman')[0], 200)
manifest = json.loads(source('image/index.json'))['manifests'][0]
image = json.loads(source('image/blobs/sha256/' + manifest['digest'][7:]))
octets = {'Content-Type': 'application/octet-stream'}
for blob in (image['config'], *image['layers']):
    status, _, headers = ask('POST', f'{base}/v2/routes/image/blobs/uploads/', 'foreman', b'', **octets)
    same(status, 202)
    upload = urllib.parse.urlsplit(headers['Location']).path
    data = source('image/blobs/sha256/' + blob['digest'][7:])
    same(ask('PATCH', base + upload, 'foreman', data, **octets)[0], 202)
    same(ask('PUT', f'{base}{upload}?digest={blob["digest"]}', 'foreman', b'', **octets)[0], 201)
data = source('image/blobs/sha256/' + manifest['digest'][7:])
same(ask('PUT', base + '/v2/routes/image/manifests/latest', 'foreman', data, **{'Content-Type': manifest['mediaType']})[0], 201)
accept = {'Accept': manifest['mediaType']}
for digest in (manifest['digest'], image['config']['digest'], *(layer['digest'] for layer in image['layers'])):
    kind = 'manifests' if digest == manifest['digest'] else 'blobs'
    status, body = fetch(f'{base}/v2/routes/image/{kind}/{digest}', 'foreman', **accept)
    same((status, hashlib.sha256(body).hexdigest()), (200, digest[7:]))
    same(fetch(f'{base}/v2/routes/image/{kind}/{digest}', 'host')[0], 403)

print("the subscription service, by a host's own certificate")
same(fetch(FIRST + '/rhsm/consumers/1')[0], 403)
forged = {'X-RHSM-SSL-CLIENT-CERT': 'forged', 'X_RHSM_SSL_CLIENT_CERT': 'forged'}
status, body, _ = ask('PUT', FIRST + '/rhsm/consumers/1?x=%2F', 'host', b'{"a":1}', **JSON, **forged)
told = json.loads(body)
same((status, told['target'], told['body'], told['peer']), (200, '/rhsm/consumers/1?x=%2F', '{"a":1}', 'foreman.example.com'))
same(urllib.parse.unquote(told['certificate']).split(), text('host.pem').split())
same('forged' in str(body), False)

print('ten callers with half of a chunk')
upload = json.loads(ask('POST', FIRST + '/pulp/api/v3/uploads/', 'foreman', b'{"size": 67108864}', **JSON)[1])['pulp_href']
half, slow = bytes(32 << 20), []
for _ in range(10):
    connection = trusting('foreman').wrap_socket(socket.create_connection(('127.0.0.1', 443), 60), server_hostname='127.0.0.1')
    connection.sendall(f'PUT {upload} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {2 * len(half)}\r\n'
                       'Content-Range: bytes 0-67108863/67108864\r\nContent-Type: application/octet-stream\r\n\r\n'.encode())
    connection.sendall(half)
    slow.append(connection)
same(fetch(FIRST + '/pulp/api/v3/status/')[0], 200)
same(ask('POST', FIRST + '/pulp/api/v3/repositories/file/file/', 'foreman', b'{"name": "eleventh"}', **JSON)[0], 201)
slow[0].sendall(half)
answer = slow[0].recv(65536)
assert answer.startswith(b'HTTP/1.1 4'), answer  # of Pulp, which takes forms alone here
for connection in slow:
    connection.close()
same(ask('DELETE', FIRST + upload, 'foreman')[0], 204)
print('done')
