"""Every example configuration is one that strowgerd accepts, and one with a mistake is refused.

   configs_test.py STROWGERD"""
import subprocess
import sys
import tempfile

import tree

daemon = sys.argv[1]
problems = []
examples = sorted((tree.ROOT / "configs").glob("*.yaml"))
for example in examples:
    done = subprocess.run([daemon, "--check", example], capture_output=True, text=True)
    if done.returncode != 0:
        problems.append(f"configs/{example.name} is refused:\n{done.stdout}{done.stderr}")
with tempfile.NamedTemporaryFile("w", suffix=".yaml") as wrong:
    wrong.write("kind: realm\nname: a\nport: nowhere\nadresses: [10.0.0.1]\n")
    wrong.flush()
    done = subprocess.run([daemon, "--check", wrong.name], capture_output=True, text=True)
    told = done.stdout + done.stderr
    if done.returncode == 0 or "adresses" not in told or f"{wrong.name}:4" not in told:
        problems.append(f"a wrong option is not refused with its line:\n{told}")
if len(examples) < 4:
    problems.append("examples are missing")
tree.finish(problems, f"{len(examples)} examples are accepted")
