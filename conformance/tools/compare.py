#!/usr/bin/env python3
"""Judges a replay against the recorded answers.

  compare.py --recorded FILE --replayed FILE... --built FILE --listed FILE [--all]

--recorded  exchanges.jsonl, or the part of it that was replayed
--built     names of the modules that are built, one per line: lists of modules are compared for these
--listed    deliberate differences: "module/case: class: reason"
--all       the whole list was replayed: an entry that names no case is stale

Prints each difference with both sides, then each stale entry, a table, the listed ones per class, and last the sums.
Exit status 1 when a case is different or an entry is stale. README.md says what is compared.
"""
import argparse
import json
import os
import re
import sys
from collections import Counter

CLASSES = ('design', 'weakness', 'rfc', 'absent-module', 'absent-suite')
# Made by the HTTP library, different in every one.
LIBRARY_HEADERS = {'date', 'server', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'}
# What the reference's own library adds after the reason of a failed connection, and its version in error pages.
WORDING = [(re.compile(r'Ruby/[\d.]+/[\d-]+'), 'Ruby/VERSION'),
           (re.compile(r'(Connection refused) - connect\(2\) for ("[^"]*" port \d+|[\w.:\[\]]+)'), r'\1')]
# Every module of the reference: tells a list of modules from any other JSON.
MODULES = {'facts', 'dns', 'templates', 'tftp', 'dhcp', 'puppetca', 'puppet', 'bmc', 'realm', 'logs', 'httpboot', 'registration'}


def name(line):
    return '%(module)s/%(case)s' % line


def load(path):
    with open(path, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def words(path):
    with open(path, encoding='utf-8') as lines:
        return {line.strip() for line in lines if line.strip() and not line.startswith('#')}


def listed_differences(path):
    """name -> (class, reason)"""
    found = {}
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith('#'):
                continue
            parts = [part.strip() for part in line.split(':', 2)]
            if len(parts) != 3 or '/' not in parts[0] or not parts[2]:
                sys.exit('%s:%d: expected "module/case: class: reason"' % (path, number))
            if parts[1] not in CLASSES:
                sys.exit('%s:%d: unknown class %s, known are %s' % (path, number, parts[1], ', '.join(CLASSES)))
            if parts[0] in found:
                sys.exit('%s:%d: %s is listed twice' % (path, number, parts[0]))
            found[parts[0]] = (parts[1], parts[2])
    return found


def refused_by_tls(response):
    """With TLS 1.3 a refused client sees an alert or an end of file, at random."""
    error = response.get('tls_error') or response.get('io_error', '')
    ended = error.startswith(('SSLError', 'SSLEOFError', 'ConnectionReset', 'BrokenPipe'))
    return 'timed out' not in error and ('tls_error' in response or 'tls' in response and ended)


def status(response):
    if refused_by_tls(response):
        return 'refused by TLS'
    if 'responses' in response:
        return [one.get('status', one.get('status_line', one.get('raw'))) for one in response['responses']]
    return response.get('status', response.get('io_error'))


def body(response):
    if 'responses' in response:
        return [body(one) for one in response['responses']]
    text = response.get('body', response.get('body_b64', response.get('raw')))
    for pattern, replacement in WORDING:
        text = pattern.sub(replacement, text) if text else text
    return text


def is_library_page(response):
    """An HTML error page of the HTTP library: its status counts, its wording does not."""
    return (response.get('status') or 0) >= 400 and response.get('body', '').startswith('<!DOCTYPE')


def by_value(text, built):
    """JSON in one spelling, lists of modules cut to those that are built and in their order; other texts as they are."""
    if isinstance(text, list):
        return [by_value(one, built) for one in text]
    try:
        value = json.loads(text)
    except (ValueError, TypeError):
        return text
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value) and MODULES.issuperset(value):
        return json.dumps([one for one in value if one in built])
    if isinstance(value, dict) and isinstance(value.get('modules'), dict) and 'version' in value:
        return json.dumps(dict(value, modules={key: one for key, one in value['modules'].items() if key in built}))
    if isinstance(value, dict) and value and MODULES.issuperset(value):
        return json.dumps({key: one for key, one in value.items() if key in built})
    return json.dumps(value, sort_keys=True)


def headers(response, volatile):
    skip = {part[7:].lower() for part in volatile if part.startswith('header:')} | LIBRARY_HEADERS

    def value(key, text):
        return text.lower().replace(' ', '') if key == 'content-type' else text

    return sorted([key.lower(), value(key.lower(), text)] for key, text in response.get('headers', []) if key.lower() not in skip)


def effects(line, volatile):
    if 'side_effects' in volatile:
        return {}
    return {key: value for key, value in line['side_effects'].items()
            if key not in ('log', 'log_backtrace_lines', 'check', 'upstream') and 'side_effects.' + key not in volatile}


def differences(recorded, replayed, built):
    """Yields (part, recorded, replayed) for each part that differs."""
    gold, ours, volatile = recorded['response'], replayed['response'], recorded.get('volatile', [])
    if 'status' not in volatile and status(gold) != status(ours):
        yield 'status', status(gold), status(ours)
    if 'headers' not in volatile:
        wanted, got = headers(gold, volatile), headers(ours, volatile)
        if is_library_page(gold):
            wanted = [header for header in wanted if header[0] != 'content-type']
        if any(header not in got for header in wanted):
            yield 'headers', wanted, got
    if 'body' not in volatile and not is_library_page(gold):
        wanted, got = body(gold), body(ours)
        if wanted != got and by_value(wanted, built) != by_value(got, built):
            yield 'body', wanted, got
    wanted, got = effects(recorded, volatile), effects(replayed, volatile)
    if wanted != got:
        yield 'effects', wanted, got


def judge(recorded, replayed, built, listed):
    """The verdict, and the differences."""
    if 'response' not in recorded:
        return ('not given', []) if replayed else ('different', [('missing in the replay', '', '')])
    found = list(differences(recorded, replayed, built)) if replayed else [('missing in the replay', '', '')]
    if not found:
        return 'equal', found
    if replayed and ('unstable' in recorded or name(recorded) in listed):
        return 'listed', found
    return 'different', found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--recorded', required=True)
    parser.add_argument('--replayed', required=True, nargs='+')
    parser.add_argument('--built', required=True)
    parser.add_argument('--listed', required=True)
    parser.add_argument('--all', action='store_true')
    options = parser.parse_args()
    replayed = {name(line): line for path in options.replayed if os.path.exists(path) for line in load(path)}
    built, listed = words(options.built), listed_differences(options.listed)

    verdicts, per_module = {}, {}
    for recorded in load(options.recorded):
        verdict, found = judge(recorded, replayed.get(name(recorded)), built, listed)
        verdicts[name(recorded)] = verdict
        per_module.setdefault(recorded['module'], Counter())[verdict] += 1
        if verdict == 'different':
            print('DIFFERENT %s: %s' % (name(recorded), ', '.join(part for part, _, _ in found)))
            for part, wanted, got in found if name(recorded) in replayed else ():
                print('   %-8s recorded: %.600s\n            replayed: %.600s' % (part, wanted, got))
    stale = [entry for entry in listed if verdicts.get(entry) == 'equal' or options.all and entry not in verdicts]
    for entry in stale:
        print('STALE %s: %s: %s' % ((entry,) + listed[entry]))

    columns = ('equal', 'listed', 'different', 'not given')
    print('%-18s' % 'module' + ''.join('%10s' % column for column in columns))
    for module, counts in per_module.items():
        print('%-18s' % module + ''.join('%10d' % counts[column] for column in columns))
    classes = Counter(listed[entry][0] for entry in listed if verdicts.get(entry) == 'listed')
    print('listed: ' + (', '.join('%d %s' % (classes[one], one) for one in CLASSES if classes[one]) or 'none'))
    if stale:
        print('%d stale' % len(stale))
    sums = Counter(verdicts.values())
    print(', '.join('%d %s' % (sums[column], column) for column in columns))
    sys.exit(1 if sums['different'] or stale else 0)


main()
