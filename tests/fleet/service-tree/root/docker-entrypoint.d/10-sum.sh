#!/bin/sh
md5sum /etc/passwd | cut -d" " -f1 > /run/sum
