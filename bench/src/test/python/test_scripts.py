"""What the scripts of bench/src/main/python print, and where: python3 -m unittest discover -s bench/src/test/python"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "main", "python"))


def run(*command):
    env = dict(os.environ, PYTHONPATH=SCRIPTS, PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True)


class ScriptsTest(unittest.TestCase):

    def test_list_has_heads_above_its_columns(self):
        done = run(os.path.join(SCRIPTS, "compare_peers.py"), "--list", "--only", "onm*")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        heads, *rows = done.stdout.split("\n\n")[1].splitlines()
        starts = [heads.index(head) for head in ("row: item/ours/case/phase", "x snnTorch", "x best peer", "snnTorch's",
                                                 "peers")]
        self.assertEqual(len(rows), 10)
        for row in rows:
            cells = [row[a:b].strip() for a, b in zip(starts, [*starts[1:], None])]
            self.assertTrue(cells[0].startswith("onm/spikelane"), row)
            self.assertRegex(cells[1] + " " + cells[2], r"^(2\.5 1\.15|none none)$")
            self.assertRegex(cells[3], r"^snntorch_\w+$")
            self.assertTrue(all(re.fullmatch(r"\w+", peer) for peer in cells[4].split()), row)

    def test_results_alone_go_to_standard_output(self):
        with tempfile.TemporaryDirectory() as folder:
            launcher = os.path.join(folder, "spikelane")
            with open(launcher, "w", encoding="utf-8") as f:
                f.write("#!/bin/sh\necho 'test accuracy  90.00%, mean of the last 5 epochs 91.00%'\n")
            os.chmod(launcher, 0o755)
            with open(os.path.join(folder, "compare_peers.py"), "w", encoding="utf-8") as f:
                f.write("print('table of peers')\n")
            program = ("import sys, results\n"
                       f"results.LAUNCHER, results.PYTHON = {launcher!r}, {folder!r}\n"
                       f"sys.argv = ['results.py', '--out', {folder!r}, 'BENCH_PEERS']\n"
                       "results.main()\n")
            done = run("-c", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("| data | hidden layer |"), done.stdout)
        self.assertIn("91.0 (91.0–91.0; 20)", done.stdout)
        self.assertTrue(all(not line or line.startswith("|") for line in done.stdout.splitlines()), done.stdout)
        self.assertEqual(done.stderr.count("spikelane train"), 40, done.stderr)
        self.assertIn("table of peers", done.stderr)

    def test_the_sum_of_limits_of_a_training(self):
        # At 1 GF/s and 1 GB/s, mnist takes 2*(2*128*784*1000) operations and 4*784*128 bytes for its input, …
        program = ("import compare_peers\n"
                   "limits = dict(fma=1, read={'16': 1}, copy={'16': 1})\n"
                   "goal = [g for g in compare_peers.goals() if 'mnist,batch=128' in g.params and g.item == 'train'][0]\n"
                   "record = dict(rate=0.1, iteration=dict(median=2.0))\n"
                   "compare_peers.print_limits([{('train', 'spikelane', goal.params): record}], [goal], limits)\n")
        done = run("-c", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        # … 3200*1000*10 products twice by events, .1*4 bytes each, and once densely, 2 operations; 16 bytes for each of
        # 3200*1010 neuron-steps; 36 for each of 794000 weights.
        parts = "input 402, readout 89.6, element-wise 51.7, update 28.6"
        self.assertIn(f"| {parts} | 572 | 2000 | 3.50 |", done.stdout)

    def test_compare_peers_says_its_progress_elsewhere(self):
        with tempfile.TemporaryDirectory() as folder:
            peers = os.path.join(folder, "bench_peers.py")
            with open(peers, "w", encoding="utf-8") as f:
                f.write("print('noise of peers')\n")
            program = ("import sys, compare_peers\n"
                       "compare_peers.JAR = compare_peers.__file__\n"
                       "compare_peers.java_version = lambda java: 25\n"
                       f"sys.argv = ['compare_peers.py', {peers!r}, '--out', {folder!r}, '--rounds=1', '--only=serve*']\n"
                       "compare_peers.main()\n")
            done = run("-c", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("| item | case |"), done.stdout)
        self.assertNotIn("noise", done.stdout)
        self.assertIn("round-1.json: serve net=mnist,batch=1,steps=25 spikelane", done.stderr)
        self.assertIn("noise of peers", done.stderr)

    def test_refuses_in_one_line_what_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            absent = os.path.join(folder, "absent")
            stubs = ("import sys, compare_peers, results\n"
                     "compare_peers.JAR = results.LAUNCHER = compare_peers.__file__\n")
            compare, results = "compare_peers", "results"
            for module, arguments, message in (
                    (compare, [absent, "--out", folder], f"BENCH_PEERS: {absent} is not there"),
                    (compare, [folder, "--out", folder, "--java", absent], "--java: expected the java of a JDK 25 or later"),
                    (compare, ["--out", absent, "--rounds", "0"], f"--out: no rounds in {absent}"),
                    (results, ["--out", absent, "--print"], f"--out: no folder {absent}")):
                done = run("-c", f"{stubs}sys.argv = {[module, *arguments]!r}\n{module}.main()\n")
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn("error: " + message, done.stderr.splitlines()[-1])
            self.assertFalse(os.path.exists(absent))


if __name__ == "__main__":
    unittest.main()
