#!/bin/sh
# Makes the databases of this folder anew, in a folder of its own: needs rpm, rpmbuild, db_load (Berkeley DB 5.3), python3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
spec() { # name, version, release, epoch, and the files on stdin
	mkdir -p "root-$1"
	{
		printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: of a test\nLicense: Apache-2.0\nBuildArch: noarch\n' "$1" "$2" "$3"
		[ -z "$4" ] || echo "Epoch: $4"
		printf '%%description\nNothing.\n%%install\nmkdir -p %%{buildroot}\n'
		while read -r file; do
			echo "mkdir -p '%{buildroot}$(dirname "$file")'; echo '$file' > '%{buildroot}$file'"
			echo "$file" >> "$1.files"
		done
		echo '%files'
		cat "$1.files"
	} > "$1.spec"
	rpmbuild --quiet --define "_topdir $work/top" -bb "$1.spec"
}
printf '/usr/bin/small\n' | spec small 1.0 1 ''
printf '/usr/bin/tool\n/opt/tool/ä.conf\n' | spec tool 2.1 3.el9 7
seq -f '/usr/share/large/%04g/a-file-with-a-name-that-takes-some-room.txt' 1 300 | spec large 3 1 ''
printf '/usr/bin/late\n' | spec late 4 1 ''
rpms=$(ls top/RPMS/noarch/*.rpm | grep -v late)
install() { # into a database, these
	db=$work/$1
	shift
	rpm --dbpath "$db" --initdb
	rpm --force-debian --dbpath "$db" --justdb --nodeps --quiet -i "$@"
}
install sqlite $rpms
install late top/RPMS/noarch/late*.rpm
python3 - <<'P'
import shutil, sqlite3, struct
blobs = [b for (b,) in sqlite3.connect("sqlite/rpmdb.sqlite").execute("SELECT blob FROM Packages")]
late = sqlite3.connect("late/rpmdb.sqlite").execute("SELECT blob FROM Packages").fetchone()[0]
# Berkeley DB as rpm kept it: by number, of which 0 is that of the next package
with open("dump", "w") as f:
    f.write("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n")
    for key, value in enumerate([struct.pack("<I", len(blobs))] + blobs):
        f.write(" %s\n %s\n" % (struct.pack("<I", key).hex(), value.hex()))
    f.write("DATA=END\n")
# rpm's own, as lib/backend/ndb/rpmpkg.c describes it (Debian's rpm does not write it): one page of slots, blocks of 16 bytes
slots, body = b"", b""
for key, value in enumerate(blobs, 1):
    size = (16 + len(value) + 12 + 15) // 16
    slots += struct.pack("<4s3I", b"Slot", key, (4096 + len(body)) // 16, size)
    blob = struct.pack("<4s3I", b"BlbS", key, 1, len(value)) + value
    body += blob.ljust(size * 16 - 12, b"\0") + struct.pack("<2I4s", 0, len(value), b"BlbE")
head = struct.pack("<4s4I12x", b"RpmP", 0, len(blobs), 1, len(blobs) + 1)
slots += struct.pack("<4s12x", b"Slot") * ((4096 - len(head) - len(slots)) // 16)
open("Packages.db", "wb").write(head + slots + body)
# one package stands only in the write-ahead log, as while rpm runs
db = sqlite3.connect("sqlite/rpmdb.sqlite", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA wal_autocheckpoint = 0")
db.execute("INSERT INTO Packages(blob) VALUES (?)", (late,))
shutil.copy("sqlite/rpmdb.sqlite", "rpmdb.sqlite")
shutil.copy("sqlite/rpmdb.sqlite-wal", "rpmdb.sqlite-wal")
P
db5.3_load -f dump Packages
for file in rpmdb.sqlite rpmdb.sqlite-wal Packages.db Packages; do gzip -9nc "$file" > "$here/$file.gz"; done
