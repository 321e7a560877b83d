"""Watching transparency logs from outside: the monitor, the mirror and the witness, for anybody and for any such log.

Nothing here needs Django or an installation of Sunlot: the ledger, the norms and the standard library alone
(docs/spec/transparency-log.md, Who checks).

- `sources`: where a log is read from, over HTTP, from a folder or from whatever gives its files;
- `following`: from the checkpoint seen last to the newest one, every step proven;
- `draws`: the draws' rules of the protocol over the entries as they come;
- `monitor`: the two together, with what was seen kept in a file, and evidence of what was wrong;
- `mirroring`: the log as a folder of static files;
- `witness`: a service that cosigns consistent checkpoints (C2SP tlog-witness);
- `commands`: the commands of `sunlot log` that need no installation.
"""
