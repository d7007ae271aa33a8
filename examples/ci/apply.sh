#!/bin/sh
# Applies what a merged pull request was reviewed with, and nothing else.
#
#   apply.sh STACK COMMIT [FLAG...]     with $REPO (owner/name) and $GH_TOKEN
#
# The digest is that of the workflow's comment below the pull request. Where another one was merged in between, the
# stack asks for something else now: `apply` ends with 4 and changes nothing.
set -eu
stack=$1 commit=$2
shift 2

number=$(gh api "repos/$REPO/commits/$commit/pulls" --jq '.[0].number')
marker="<!-- tracewright $stack -->"
gh api --paginate "repos/$REPO/issues/$number/comments" --jq \
    ".[] | select(.user.login == \"github-actions[bot]\") | select(.body | startswith(\"$marker\")) | .body" > reviewed.md
# Nothing that the pull request says can begin such a line: all of it stands in code.
digest=$(sed -n 's/^Desired: `sha256:\([0-9a-f]\{64\}\)`.*/\1/p' reviewed.md | tail -n 1)
if [ -z "$digest" ]; then
    echo "no plan of $stack was reviewed in pull request $number" >&2
    exit 1
fi
tracewright apply "$stack" --auto-approve --expect "$digest" "$@"
