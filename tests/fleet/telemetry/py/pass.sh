[ "$1" = -g ] && { echo "$2"; echo string; expr 40 + 2; }
