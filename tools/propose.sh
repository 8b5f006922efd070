#!/usr/bin/env bash
# Opens a pull request with the changes in the work tree, if there are any.
#
#     GH_TOKEN=… tools/propose.sh BRANCH TITLE
#
# Updates an existing pull request of the same branch.
set -euo pipefail
branch=$1
title=$2

git add --all
if git diff --cached --quiet; then
  echo "Nothing has changed."
  exit
fi
export GIT_AUTHOR_NAME='github-actions[bot]' GIT_AUTHOR_EMAIL='41898282+github-actions[bot]@users.noreply.github.com'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
git commit --quiet --message "$title"
gh auth setup-git
git push --quiet --force origin "HEAD:refs/heads/$branch"
gh pr create --head "$branch" --title "$title" --body "All tests have passed with these versions." ||
  gh pr view "$branch" --json url --jq .url
