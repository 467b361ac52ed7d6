"""Many calls: fifty at once with audio, and ten thousand after which nothing is left over."""
import time
import unittest

from strowger_lab import audio, lab
from strowger_lab.case import PBX, PHONE, LabCase
from strowger_lab.sipp import CALLEE, Sipp, caller

CALLS = 10_000
RATE = 200  # calls a second


class LoadTest(LabCase):
    # Probes are transactions too: without them "none" means none.
    changes = (('targets: ["10.20.0.10:5060"]', 'targets: ["10.20.0.10:5060"]\nprobe_interval: 0s'),
               ('targets: ["10.20.0.20:5060;weight=2", "10.20.0.21:5060"]',
                'targets: ["10.20.0.20:5060;weight=2", "10.20.0.21:5060"]\nprobe_interval: 0s'))

    # A trace ring that is full before anything is measured: its growth to its bound is no leak.
    added = "kind: system\ntrace_messages: 1000\n"

    def sipp(self, *arguments, **options):
        program = Sipp(*arguments, **options)
        self.addCleanup(program.stop)
        return program

    def echo(self, *arguments):
        """A phone that answers everything: known to the appliance by one registration."""
        phone = self.agent(port=5070, register=True)
        phone.close()
        return self.sipp("access", PHONE, 5070, CALLEE, "-rtp_echo", "-mp", 30000, *arguments)

    def test_fifty_calls_at_once_with_audio(self):
        server = self.echo()
        tone = server.folder / "tone.wav"
        audio.write_alaw_tone(tone, 440, 8.0)
        play = f'<nop><action><exec rtp_stream="{tone},1,8,PCMA/8000"/></action></nop>'
        client = self.sipp("core", PBX, 5060, caller(hold=8000, audio=play), "-s", 1001, "-r", 25, "-l", 50, "-m", 50,
                           target="10.20.0.1:5060")
        lab.wait_for(lambda: lab.status()["calls"] == 50, 15, "fifty calls at once")
        time.sleep(3)
        legs = lab.query("legs")
        self.assertEqual(len(legs), 100)
        heard = [leg for leg in legs if leg["packets_in"] >= 50 and leg["packets_out"] >= 50]
        self.assertEqual(len(heard), 100, [(leg["side"], leg["packets_in"], leg["packets_out"]) for leg in legs][:6])
        lost = sum(leg["lost"] for leg in legs)
        self.assertLess(lost, 0.02 * sum(leg["packets_in"] for leg in legs), "packets lost on a wire that loses none")
        self.assertEqual(client.wait(60), 0, client.process.output()[-1500:])
        self.no_calls()

    def test_ten_thousand_calls_leave_nothing(self):
        self.echo()

        def run(calls):
            client = self.sipp("core", PBX, 5060, caller(hold=50), "-s", 1001, "-r", RATE, "-m", calls, "-l", 500,
                               target="10.20.0.1:5060")
            self.assertEqual(client.wait(calls / RATE * 3 + 60), 0, client.process.output()[-1500:])

        def rest():
            lab.wait_for(lambda: all(lab.status()[name] == 0 for name in ("calls", "legs", "transactions")), 60,
                         f"nothing in progress ({lab.status()})")
            return lab.status()

        run(40 * RATE)  # longer than a transaction lives: pools and caches have their size afterwards
        before = rest()
        run(CALLS)
        after = rest()
        self.assertEqual(after["calls_total"] - before["calls_total"], CALLS)
        self.assertEqual(after["registrations"], before["registrations"])
        self.assertLess(after["memory_mb"], before["memory_mb"] + 16, "memory is not back to the start")
        # Every port is free again: as many calls at once as before.
        run(1000)


if __name__ == "__main__":
    unittest.main()
