"""How long something takes, told apart from how busy the machine is."""

import statistics
import time


def timed(work):
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


class Beside:
    """Each measured request has the smallest one there is beside it; what counts is the difference."""

    def __init__(self, rig):
        self.rig, self.took, self.idle = rig, [], []

    def time(self, work):
        self.idle.append(timed(lambda: self.rig.ask("GET", "/api/example"))[0])
        took, done = timed(work)
        self.took.append(took)
        return done

    def within(self, seconds):
        over = statistics.median(self.took) - statistics.median(self.idle)
        assert over < seconds, f"{over:.3f} s"

    def quickest_within(self, seconds):
        """For the same request several times: what takes long by itself takes long each time."""
        over = min(self.took) - min(self.idle)
        assert over < seconds, f"{over:.3f} s"
