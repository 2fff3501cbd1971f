#!/bin/sh
# Stands in for workerd: notes its pid and becomes it. The pid lets the watchdog, and the next start, end a workerd whose
# Node was killed. A Ctrl-C in the terminal reaches every process of the group; Node alone decides what it means.
trap '' INT HUP
echo $$ >"$RUNLIGHT_WORKERD_PID"
exec "$RUNLIGHT_WORKERD" "$@"
