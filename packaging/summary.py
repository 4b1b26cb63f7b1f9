#!/usr/bin/env python3
"""summary.py OUTCOME: the end of ./test.

Reads the reports of surefire and failsafe below the current directory and OUTCOME, lines of "passed|failed|skipped WHAT". Prints
the time of each class, slowest first, what failed (with how) or was skipped, and last the sums. A failed build counts as one failure unless its
tests already say so. Exit status 1 when something failed, when nothing ran, or, with CI=true, when something was skipped.
"""
import glob
import os
import sys
import xml.etree.ElementTree as XML

with open(sys.argv[1], encoding='utf-8') as lines:
    outcomes = [line.split(maxsplit=1) for line in lines]

times, sums, notes = {}, {'passed': 0, 'failed': 0, 'skipped': 0}, []
for path in glob.glob('*/target/surefire-reports/TEST-*.xml') + glob.glob('*/target/failsafe-reports/TEST-*.xml'):
    suite = XML.parse(path).getroot()
    for case in suite.iter('testcase'):
        outcome = 'passed'
        problem = case.find('failure') if case.find('failure') is not None else case.find('error')
        if problem is not None:
            outcome = 'failed'
        elif case.find('skipped') is not None:
            outcome = 'skipped'
        sums[outcome] += 1
        if outcome != 'passed':
            notes.append('%s %s.%s' % (outcome.upper(), case.get('classname'), case.get('name')))
        if problem is not None:
            notes += ['    ' + line[:300] for line in (problem.text or '').splitlines()[:8]]
    times[suite.get('name')] = times.get(suite.get('name'), 0) + float(suite.get('time', '0').replace(',', ''))

for outcome, what in outcomes:
    what = what.strip()
    if what.startswith('build') and sums['failed']:
        continue
    sums[outcome] += 1
    if outcome != 'passed':
        notes.append('%s %s' % (outcome.upper(), what))

print('\nTime per class (s)')
for name, seconds in sorted(times.items(), key=lambda item: -item[1]):
    print('%9.2f  %s' % (seconds, name))
print('\n'.join([''] + notes) if notes else '')
print('%(passed)d passed, %(failed)d failed, %(skipped)d skipped' % sums)
strict = os.environ.get('CI') == 'true'
sys.exit(1 if sums['failed'] or not times or strict and sums['skipped'] else 0)
