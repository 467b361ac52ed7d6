"""What outlives an end of the daemon, orderly or not: registrations, applied resources, records of calls."""
import signal
import unittest
from pathlib import Path

from strowger_lab import lab, sip
from strowger_lab.case import OTHER, PBX, PHONE, LabCase


class RecoveryTest(LabCase):
    def again(self, how):
        lab.Daemon.kill(how)
        child = lab.Daemon.start(self.config)
        # At the end of all: phones of this test still have to unregister.
        self.addClassCleanup(lambda: child.poll() is None and (child.terminate(), child.wait(10)))

    def setUp(self):
        if not lab.SOCKET.exists() or lab.cli("status", check=False) == "":
            lab.up(self.config)

    def outlives(self, how):
        phone = self.agent(register=True)
        file = Path(self.folder.name, "more.yaml")
        file.write_text("kind: subscriber\nname: guest\nuser: '3001'\npassword: secret-3001\n")
        lab.cli("apply", "-f", file)
        pbx = self.pbx()
        finished = self.connect(phone, pbx)
        self.finish(*finished[:2])
        lab.wait_for(lambda: len(lab.cdrs()) >= 1, 5, "the call's record")
        records = lab.cdrs()
        self.connect(phone, pbx)  # cut off by the end
        self.again(how)
        self.assertEqual([row["contact"] for row in lab.query("registrations", "1001")], [phone.contact])
        self.assertEqual(lab.cdrs()[:len(records)], records)
        self.assertEqual(lab.status()["calls"], 0)
        phone.waiting.clear()
        caller, callee, _ = self.connect(pbx, phone, "1001", (PBX, 4100), (PHONE, 4000))
        self.finish(caller, callee)
        self.assertEqual(self.agent(address=OTHER, user="3001").register().code, 200)
        self.no_calls()

    def test_restart(self):
        self.outlives(signal.SIGTERM)

    def test_kill(self):
        self.outlives(signal.SIGKILL)

    def test_kill_between_registrations(self):
        """What was answered with 200 is there afterwards, to the last one."""
        phones = [self.agent(address=f"10.10.0.{103 + n % 15}", port=5100 + n, user=str(1010 + n)) for n in range(30)]
        for phone in phones:
            self.assertEqual(phone.register().code, 200)
        self.again(signal.SIGKILL)
        found = {row["contact"] for row in lab.query("registrations")}
        self.assertLessEqual({phone.contact for phone in phones}, found)


if __name__ == "__main__":
    unittest.main()
