"""katello.py FIRST SECOND PKI IMPORT

What Katello asks of two Pulps, in its order, with the clients that are generated from Pulp's description: by client certificate alone, each at the
host of its URL, port 443. FIRST is the main Pulp, SECOND its mirror. PKI has ca.pem and NAME.pem, NAME.key of foreman, host (entitled to /guarded) and
other (entitled to /elsewhere). IMPORT/sources is what sources.sh of lab/pulp made; an image "lab/image" is at FIRST. Says at last "done".
"""
import hashlib
import json
import time
import urllib.parse

import pulpcore.client.pulp_certguard as guards
import pulpcore.client.pulp_container as containers
import pulpcore.client.pulp_file as files
import pulpcore.client.pulp_rpm as rpms
import pulpcore.client.pulpcore as core
from asking import FIRST, IMPORT, PKI, SECOND, fetch, same, text

CORRELATION = '0123456789abcdef0123456789abcdef'


def refused(call, *status):
    """What a call that must fail with one of these says."""
    try:
        call()
    except Exception as error:  # each client has an ApiException of its own
        assert getattr(error, 'status', None) in status, repr(error)
        return error.body
    raise AssertionError('it was not refused')


class Pulp:
    def __init__(self, url):
        self.url = url

        def connect(module):
            configuration = module.Configuration(host=url, ssl_ca_cert=f'{PKI}/ca.pem')
            configuration.cert_file, configuration.key_file = f'{PKI}/foreman.pem', f'{PKI}/foreman.key'
            client = module.ApiClient(configuration)
            client.set_default_header('Correlation-ID', CORRELATION)
            return client

        self.core, self.file, self.rpm, self.container, self.guard = map(connect, (core, files, rpms, containers, guards))
        self.tasks = core.TasksApi(self.core)

    def wait(self, answer):
        """Polls the task of an answer as Katello does; its created resources. An answer without a task changed nothing."""
        href = getattr(answer, 'task', None)
        if href is None:
            return []
        pause, deadline = 0.1, time.monotonic() + 120
        while True:
            task = self.tasks.read(href)
            if task.state in ('completed', 'failed', 'canceled'):
                same((task.state, task.error), ('completed', None))
                same(task.logging_cid, CORRELATION)
                return task.created_resources or []
            assert time.monotonic() < deadline, task
            time.sleep(pause)
            pause = min(pause * 1.5, 1)


def all_of(api_list, url, **filters):
    """Pages as Katello does."""
    found, offset = [], 0
    while True:
        page = api_list(limit=2, offset=offset, **filters)
        found += page.results
        offset += 2
        if page.next is not None:
            assert page.next.startswith(url + '/pulp/api/v3/'), page.next
        if offset >= page.count:
            same(page.next, None)
            return found


first, second = Pulp(FIRST), Pulp(SECOND)

print('ping without a certificate, nothing else')
for url in (FIRST, SECOND):
    status, body = fetch(url + '/pulp/api/v3/status/')
    same(status, 200)
    told = json.loads(body)
    assert told['online_workers'] and told['online_content_apps'] and told['database_connection']['connected']
    same(fetch(url + '/pulp/api/v3/repositories/')[0], 403)
    same(fetch(url + '/pulp/api/v3/repositories/', 'host')[0], 403)
    same(fetch(url + '/pulp/api/v3/repositories/', **{'Remote-User': 'admin'})[0], 403)
    features = json.loads(fetch(url + '/v2/features', 'foreman')[1])['pulpcore']
    same(sorted(set(features['capabilities']) & {'core', 'rpm', 'file', 'container'}), ['container', 'core', 'file', 'rpm'])

print('repositories of the main Pulp')
repositories = rpms.RepositoriesRpmApi(first.rpm)
repository = repositories.create(rpms.RpmRpmRepository(name='org-rpm-1')).pulp_href
first.wait(repositories.update(repository, rpms.RpmRpmRepository(name='org-rpm-1', retain_package_versions=0)))
assert 'unique' in refused(lambda: repositories.create(rpms.RpmRpmRepository(name='org-rpm-1')), 400)
remotes = rpms.RemotesRpmApi(first.rpm)
options = {'url': f'file://{IMPORT}/sources/rpm/', 'policy': 'immediate', 'total_timeout': 300.0, 'download_concurrency': 5}
trial = remotes.create(rpms.RpmRpmRemote(name='test_remote_1', **options)).pulp_href
first.wait(remotes.delete(trial))
assert 'url' in refused(lambda: remotes.create(rpms.RpmRpmRemote(name='x', url='nowhere')), 400)
remote = remotes.create(rpms.RpmRpmRemote(name='org-rpm-1', **options)).pulp_href
first.wait(remotes.partial_update(remote, rpms.PatchedrpmRpmRemote(proxy_url=None, username=None, client_cert=None, max_retries=1)))
made = first.wait(repositories.sync(repository, rpms.RpmRepositorySyncURL(
    remote=remote, sync_policy='additive', skip_types=['treeinfo'], optimize=True)))
version = next(href for href in made if '/versions/1/' in href)
present = rpms.RepositoriesRpmVersionsApi(first.rpm).read(version).content_summary.present
same(present['rpm.package']['count'], 3)
packages = all_of(rpms.ContentPackagesApi(first.rpm).list, FIRST, repository_version=version, fields=['name', 'location_href'])
same(sorted(package.name for package in packages), ['lab-p1', 'lab-p2', 'lab-p3'])
publications = rpms.PublicationsRpmApi(first.rpm)
same(publications.list(repository_version=version).count, 0)
publication = first.wait(publications.create(rpms.RpmRpmPublication(repository_version=version, checksum_type='sha256')))[0]
distributions = rpms.DistributionsRpmApi(first.rpm)
guard = guards.ContentguardsRhsmApi(first.guard).create(
    guards.CertguardRHSMCertGuard(name='RHSMCertGuard', ca_certificate=text('ca.pem'))).pulp_href
described = {'base_path': 'guarded/rpm', 'publication': publication, 'content_guard': guard}
distribution = first.wait(distributions.create(rpms.RpmRpmDistribution(name='org-rpm-1', **described)))[0]
assert 'This field must be unique.' in refused(
    lambda: first.wait(distributions.create(rpms.RpmRpmDistribution(name='other', **described))), 400)
assert 'Overlaps with' in refused(
    lambda: first.wait(distributions.create(rpms.RpmRpmDistribution(name='other', base_path='guarded'))), 400)
same(distributions.list(base_path='guarded/rpm').results[0].pulp_href, distribution)
first.wait(distributions.partial_update(distribution, rpms.PatchedrpmRpmDistribution(publication=publication)))
same(distributions.read(distribution).base_url, FIRST + '/pulp/content/guarded/rpm/')

print('an upload in parts with Content-Range')
data = bytes(range(256)) * 4096
digest = hashlib.sha256(data).hexdigest()
uploads = core.UploadsApi(first.core)
upload = uploads.create(core.Upload(size=len(data))).pulp_href
for start in range(0, len(data), 400_000):
    part = data[start:start + 400_000]
    with open('part', 'wb') as file:
        file.write(part)
    uploads.update(f'bytes {start}-{start + len(part) - 1}/{len(data)}', upload, 'part')
artifact = first.wait(uploads.commit(upload, core.UploadCommit(sha256=digest)))[0]
same(core.ArtifactsApi(first.core).list(sha256=digest).results[0].pulp_href, artifact)
file_repositories = files.RepositoriesFileApi(first.file)
file_repository = file_repositories.create(files.FileFileRepository(name='org-file-1')).pulp_href
unit = first.wait(files.ContentFilesApi(first.file).create(relative_path='data.bin', artifact=artifact))[0]
version = first.wait(file_repositories.modify(
    file_repository, files.RepositoryAddRemoveContent(add_content_units=[unit])))[0]
publication = first.wait(files.PublicationsFileApi(first.file).create(files.FileFilePublication(repository_version=version)))[0]
first.wait(files.DistributionsFileApi(first.file).create(files.FileFileDistribution(
    name='org-file-1', base_path='org/file', publication=publication)))
same(fetch(FIRST + '/pulp/content/org/file/data.bin'), (200, data))

print('the guard of the mirror')
rhsm = guards.ContentguardsRhsmApi(second.guard)
ours = guards.CertguardRHSMCertGuard(name='RHSMCertGuard', ca_certificate=text('ca.pem'))
same(rhsm.list(name='RHSMCertGuard').count, 0)
guard = rhsm.create(ours).pulp_href
refused(lambda: rhsm.create(ours), 400)
same(rhsm.list(name='RHSMCertGuard').results[0].pulp_href, guard)
rhsm.partial_update(guard, guards.PatchedcertguardRHSMCertGuard(ca_certificate=text('ca.pem')))

print('the mirror: packages')
ueber = {'client_cert': text('host.pem'), 'client_key': text('host.key'), 'ca_cert': text('ca.pem'), 'tls_validation': True}
repositories, remotes = rpms.RepositoriesRpmApi(second.rpm), rpms.RemotesRpmApi(second.rpm)
same(repositories.list(name__in=['org-rpm-1', 'org-rpm-2']).count, 0)
repository = repositories.create(rpms.RpmRpmRepository(name='org-rpm-1')).pulp_href
same(remotes.list(name='org-rpm-1').count, 0)
remote = remotes.create(rpms.RpmRpmRemote(
    name='org-rpm-1', url=FIRST + '/pulp/content/guarded/rpm/', policy='on_demand', **ueber)).pulp_href
made = second.wait(repositories.sync(repository, rpms.RpmRepositorySyncURL(
    remote=remote, sync_policy='mirror_complete', optimize=False)))
version = repositories.read(repository).latest_version_href
assert version in made and version.endswith('/versions/1/'), made
publication = rpms.PublicationsRpmApi(second.rpm).list(repository_version=version).results[0].pulp_href
distributions = rpms.DistributionsRpmApi(second.rpm)
same((distributions.list(base_path='guarded/rpm').count, distributions.list(name='org-rpm-1').count), (0, 0))
distribution = second.wait(distributions.create(rpms.RpmRpmDistribution(
    name='org-rpm-1', base_path='guarded/rpm', content_guard=guard, publication=publication)))[0]

print('content behind the guard: right, wrong, none, forged')
name = packages[0].location_href.split('/')[-1]
place = '/pulp/content/guarded/rpm/Packages/l/' + name
with open(f'{IMPORT}/sources/rpm/{name}', 'rb') as file:
    package = file.read()
forged = {'X-CLIENT-CERT': urllib.parse.quote(text('host.pem'))}
for url in (FIRST, SECOND):
    same(fetch(url + place, 'host'), (200, package))
    same(fetch(url + place, 'other')[0], 403)
    same(fetch(url + place)[0], 403)
    same(fetch(url + place, **forged)[0], 403)
    same(fetch(url + place, 'other', **forged)[0], 403)

print('the mirror: files and images')
file_repositories = files.RepositoriesFileApi(second.file)
file_repository = file_repositories.create(files.FileFileRepository(name='org-file-1')).pulp_href
remote = files.RemotesFileApi(second.file).create(files.FileFileRemote(
    name='org-file-1', url=FIRST + '/pulp/isos/org/file/PULP_MANIFEST', policy='immediate', **ueber)).pulp_href
second.wait(file_repositories.sync(file_repository, files.FileRepositorySyncURL(remote=remote, mirror=True)))
publication = second.wait(files.PublicationsFileApi(second.file).create(files.FileFilePublication(
    repository_version=file_repositories.read(file_repository).latest_version_href)))[0]
second.wait(files.DistributionsFileApi(second.file).create(files.FileFileDistribution(
    name='org-file-1', base_path='org/file', publication=publication)))
same(fetch(SECOND + '/pulp/content/org/file/data.bin'), (200, data))

images = containers.RepositoriesContainerApi(second.container)
image = images.create(containers.ContainerContainerRepository(name='org-image-1')).pulp_href
remote = containers.RemotesContainerApi(second.container).create(containers.ContainerContainerRemote(
    name='org-image-1', url=FIRST, upstream_name='lab/image', policy='immediate', **ueber)).pulp_href
second.wait(images.sync(image, containers.ContainerRepositorySyncURL(remote=remote, mirror=True)))
version = images.read(image).latest_version_href
present = containers.RepositoriesContainerVersionsApi(second.container).read(version).content_summary.present
same({kind: of['count'] for kind, of in present.items()}, {'container.blob': 2, 'container.manifest': 1, 'container.tag': 1})
second.wait(containers.DistributionsContainerApi(second.container).create(containers.ContainerContainerDistribution(
    name='org-image-1', base_path='org/image', repository_version=version)))

print('verify, reclaim')
second.wait(rpms.RepositoriesRpmVersionsApi(second.rpm).repair(
    repositories.read(repository).latest_version_href, rpms.Repair(verify_checksums=True)))
hrefs = [one.pulp_href for one in all_of(core.RepositoriesApi(second.core).list, SECOND)]
same(len(hrefs) >= 3, True)
second.wait(core.RepositoriesReclaimSpaceApi(second.core).reclaim(core.ReclaimSpace(repo_hrefs=[repository])))

print('clean up: what is not wanted any more, orphans, tasks')
second.wait(distributions.delete(distribution))
second.wait(repositories.delete(repository))
second.wait(remotes.delete(remotes.list(name='org-rpm-1').results[0].pulp_href))
refused(lambda: repositories.delete(repository), 404)
version = file_repositories.read(file_repository).latest_version_href
body = refused(lambda: second.wait(files.RepositoriesFileVersionsApi(second.file).delete(version)), 400)
assert 'distribut' in body, body
with open('part', 'wb') as file:
    file.write(b'belongs to nothing')
artifacts = core.ArtifactsApi(second.core)
orphan = artifacts.create(file='part').pulp_href
second.wait(core.OrphansCleanupApi(second.core).cleanup(core.OrphansCleanup(orphan_protection_time=0)))
refused(lambda: artifacts.read(orphan), 404)
same(fetch(SECOND + place, 'host')[0], 404)
done = second.tasks.list(limit=1, state='completed').results[0].pulp_href
refused(lambda: second.tasks.tasks_cancel(done, core.PatchedTaskCancel(state='canceled')), 409)
second.wait(second.tasks.purge(core.Purge(finished_before='2030-01-01')))
refused(lambda: second.tasks.read(done), 404)
print('done')
