#!/bin/sh
# What a pull request changes of a stack: findings and changed keys as annotations, the plan as a comment.
#
#   plan.sh STACK BASE      BASE: what it is merged into, fetched (origin/main)
#
# Writes plan.json, and comment.md for comment.sh. Ends as the plan ends: 3 where the stack cannot be planned.
set -eu
stack=$1 base=$2

from=$(git merge-base "$base" HEAD)
ended=0
tracewright check "$stack" --format github --json-into check.json || ended=$?
[ "$ended" -ne 0 ] || tracewright plan "$stack" --base "$from" --format github || ended=$?
# The first line is how comment.sh finds the comment that it wrote before.
printf '<!-- tracewright %s -->\n' "$stack" > comment.md
tracewright plan "$stack" --base "$from" --format markdown --json-into plan.json >> comment.md 2> plan.log ||
    echo 'The stack cannot be planned; the annotations of this run say why.' >> comment.md
exit "$ended"
