#!/bin/sh
# Writes comment.md below a pull request, or over the comment that an earlier run wrote there.
#
#   comment.sh NUMBER       with $REPO (owner/name) and $GH_TOKEN
set -eu
number=$1

marker=$(head -n 1 comment.md)
# Anybody can write a comment that begins with this line; only those of the workflow itself are taken.
id=$(gh api --paginate "repos/$REPO/issues/$number/comments" --jq \
    ".[] | select(.user.login == \"github-actions[bot]\") | select(.body | startswith(\"$marker\")) | .id" | tail -n 1)
if [ -n "$id" ]; then
    gh api --silent -X PATCH "repos/$REPO/issues/comments/$id" -F body=@comment.md
else
    gh api --silent -X POST "repos/$REPO/issues/$number/comments" -F body=@comment.md
fi
