"""fill.py API IMPORT COUNT [PREFIX]: fills the Pulp at the URL API with COUNT small repositories, published and distributed, by turns rpm, file
and container, from what sources.sh made at IMPORT/sources. Says of each "NAME TYPE PATH": what is to be found below /pulp/content/, or as an image.
"""
import json
import os
import sys
import time

import requests

api, imports, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
prefix = sys.argv[4] if len(sys.argv) > 4 else 'lab'
sources = imports + '/sources'
session = requests.Session()
session.trust_env = False
session.auth = ('admin', 'password')


def ask(method, path, **more):
    reply = session.request(method, path if path.startswith('http') else api + path, timeout=60, **more)
    if reply.status_code >= 400:
        sys.exit(f'{method} {path}: {reply.status_code} {reply.text[:500]}')
    return reply


def make(path, **fields):
    """Creates an object; waits for its task where there is one. The object, or what the task made."""
    made = ask('POST', path, json=fields).json()
    if 'task' not in made:
        return made['pulp_href']
    deadline = time.monotonic() + 120
    while True:
        task = ask('GET', made['task']).json()
        if task['state'] == 'completed':
            return (task['created_resources'] or [None])[0]
        if task['state'] in ('failed', 'canceled') or time.monotonic() > deadline:
            sys.exit(f'{path}: {task}')
        time.sleep(0.1)


def synced(name, kind, source):
    base = '/pulp/api/v3/'
    repository = make(f'{base}repositories/{kind}/{kind}/', name=name, autopublish=True)
    remote = make(f'{base}remotes/{kind}/{kind}/', name=name, url=f'file://{source}', policy='immediate')
    make(f'{repository}sync/', remote=remote)
    make(f'{base}distributions/{kind}/{kind}/', name=name, base_path=name, repository=repository)


def pushed(name):
    host = api.split('//')[1]
    token = ask('GET', '/token/', params={'service': host, 'scope': f'repository:{name}:pull,push'}).json()['token']
    image = sources + '/image'
    bearer = {'Authorization': 'Bearer ' + token}

    def put(method, path, **more):
        return requests.request(method, path if path.startswith('http') else api + path, timeout=60, proxies={'http': ''},
                                **{'headers': bearer, **more})

    with open(image + '/index.json') as file:
        manifest = json.load(file)['manifests'][0]
    for digest in os.listdir(image + '/blobs/sha256'):
        if manifest['digest'] == 'sha256:' + digest:
            continue
        start = put('POST', f'/v2/{name}/blobs/uploads/')
        start.raise_for_status()
        with open(f'{image}/blobs/sha256/{digest}', 'rb') as blob:
            put('PUT', start.headers['Location'], params={'digest': 'sha256:' + digest}, data=blob.read()).raise_for_status()
    with open(f'{image}/blobs/sha256/{manifest["digest"][7:]}', 'rb') as data:
        put('PUT', f'/v2/{name}/manifests/latest', data=data.read(),
            headers={**bearer, 'Content-Type': manifest['mediaType']}).raise_for_status()


for number in range(count):
    kind = ('rpm', 'file', 'container')[number % 3]
    name = f'{prefix}-{kind}-{number // 3 + 1}'
    if kind == 'container':
        pushed(name)
    else:
        synced(name, kind, f'{sources}/rpm/' if kind == 'rpm' else f'{sources}/file/PULP_MANIFEST')
    print(name, kind, name, flush=True)
