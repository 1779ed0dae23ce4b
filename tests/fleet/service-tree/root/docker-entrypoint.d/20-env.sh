export EXTRA=$(tac /etc/hosts | head -n1 | rev | tr a-z A-Z)
