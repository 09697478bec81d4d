#!/usr/bin/env python3
"""The reader of the trace's stream, with streams made by hand (stream_builder.py)."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "trace"))

import abi  # noqa: E402
import stream_builder as s  # noqa: E402
from facts import expand  # noqa: E402
from stream import End, Lost, Name, Record, Restart, Stream  # noqa: E402
from trace_reader import Reader  # noqa: E402


def entries(data, piece=None):
    """What a stream says, fed in pieces; and the stream."""
    stream, result = Stream(), []
    for at in range(0, len(data), piece or max(1, len(data))):
        result += stream.feed(data[at : at + (piece or len(data))])
    result += stream.finish()
    return result, stream


def records(data, piece=None):
    return [entry for entry in entries(data, piece)[0] if isinstance(entry, Record)]


def numbered(count, **options):
    """A stream of so many records, each with its number as `call`."""
    b = s.Builder(**options)
    for number in range(count):
        b.record(s.RETURN, s.SHELL, call=number)
    return b


def read(data, times=None):
    """A reader that has read it all; `times` collects each record's microseconds."""
    reader = Reader(lambda record, micro: times.append(micro) if times is not None else None)
    reader.feed(data)
    reader.finish()
    return reader


def shown(model):
    return [(item.kind, model.lane_name(item.source), model.lane_name(item.target), model.text_of(item))
            for item in model.items]  # fmt: skip


class Bytes(unittest.TestCase):
    """Chunks, garbage, losses."""

    def test_all_records_with_their_numbers(self):
        data = numbered(200, first=5, chunk=7).end()
        for piece in (None, 1, 31, 64):
            got = records(data, piece)
            self.assertEqual([(r.number, r.call) for r in got], [(5 + n, n) for n in range(200)], piece)

    def test_the_fields(self):
        b = s.Builder(first=1 << 40)
        b.record(s.CALL | s.MESSAGE, s.SHELL, s.TTY, 0x12345010, -205, 0xFFFF0003, -2,
                 (1, 2, 3, 4, 5, 6, 0xFFFFFFFF), ticks=0x1122334455667788)  # fmt: skip
        (r,) = records(b.bytes())
        self.assertEqual(r, Record(1 << 40, 1, 0x1122334455667788, 0x80000001, 1028, 1025, 0x12345010, -205,
                                   0xFFFF0003, -2, (1, 2, 3, 4, 5, 6, 0xFFFFFFFF)))  # fmt: skip

    def test_names_and_end(self):
        b = s.Builder()
        b.names((s.TTY, 2, "tty"), (s.SHELL, 7, "a-name-of-15-ch"))
        got, stream = entries(b.end())
        self.assertEqual(got, [Name(1025, 2, "tty"), Name(1028, 7, "a-name-of-15-ch"), End()])
        self.assertTrue(stream.ended)

    def test_garbage_is_passed_over_and_counted(self):
        magic = bytes.fromhex("504c5254")
        b = numbered(10, chunk=10)
        b.raw(b"boot: hello\r\n" + magic + magic[:3])
        for number in range(10, 20):
            b.record(s.RETURN, s.SHELL, call=number)
        data = b"\0noise" + b.end() + magic[:2]
        for piece in (None, 1, 5):
            got, stream = entries(data, piece)
            self.assertEqual([e.call for e in got if isinstance(e, Record)], list(range(20)))
            self.assertEqual(stream.skipped, 6 + 13 + 4 + 3 + 2, piece)
            self.assertEqual(stream.lost, 0)

    def test_a_header_that_cannot_be_meant_is_garbage(self):
        b = numbered(0)
        for wrong in (b.header(1, 1, version=2), b.header(4, 1), b.header(1, 1 << 17),
                      b.header(1, 1, reserved=1), b.header(3, 1)):  # fmt: skip
            got, stream = entries(wrong + numbered(3).bytes())
            self.assertEqual(len([e for e in got if isinstance(e, Record)]), 3)
            self.assertEqual(stream.skipped, 32)

    def test_a_damaged_chunk_is_lost_as_a_whole(self):
        b = numbered(8, chunk=8)
        first = len(b.out)
        for number in range(8, 24):
            b.record(s.RETURN, s.SHELL, call=number)
        whole = b.end()
        for missing, piece in ((13, None), (13, 1), (2, None), (2, 1), (300, 7)):
            data = bytearray(whole)
            del data[first + 100 : first + 100 + missing]  # in the second chunk's second record
            got, stream = entries(bytes(data), piece)
            self.assertEqual([e.number for e in got if isinstance(e, Record)], [*range(8), *range(16, 24)])
            self.assertIn(Lost(8, 16), got)
            self.assertEqual((stream.lost, stream.skipped), (8, 32 + 8 * 64 - missing))

    def test_what_the_guest_lost(self):
        b = numbered(4, first=100)
        b.lose(37)
        b.record(s.RETURN, s.SHELL)
        got, stream = entries(b.end())
        self.assertIn(Lost(37, 141), got)
        self.assertEqual(stream.lost, 37)

    def test_lost_before_the_first_record(self):
        b = s.Builder()
        b.lose(12)
        b.record(s.RETURN, s.SHELL)
        self.assertEqual(entries(b.end())[0][0], Lost(12, 12))

    def test_a_chunk_that_ends_like_a_magic(self):
        b = s.Builder()
        b.record(s.RETURN, s.SHELL, words=(0, 0, 0, 0, 0, 0, 0x524C50FF))  # its last bytes begin a magic
        for piece in (None, 1):
            got, stream = entries(b.bytes(), piece)
            self.assertEqual((len(got), stream.skipped), (1, 0))

    def test_a_stream_cut_off_in_a_record(self):
        data = numbered(10, chunk=10).bytes()
        got, stream = entries(data[:-70])
        self.assertEqual([e.number for e in got if isinstance(e, Record)], list(range(8)))
        self.assertEqual(stream.skipped, 58)
        self.assertFalse(stream.ended)

    def test_another_boot(self):
        got, stream = entries(numbered(5, first=40).bytes() + numbered(5).bytes())
        self.assertIn(Restart(0), got)
        self.assertEqual(stream.lost, 0)

    def test_unknown_bits(self):
        b = s.Builder()
        b.record(0x1000, s.SHELL, s.TTY)
        b.record(0x40000000 | s.SWITCH, s.SHELL, s.TTY)
        reader = read(b.end())
        self.assertEqual(reader.stream.unknown, 2)
        self.assertEqual([model_state for model_state, _ in reader.model.states_at(0).values()], [2, 1][1:])
        self.assertIn("2 records with facts unknown here", reader.summary())


class Times(unittest.TestCase):
    """Microseconds since boot from the clock's own unit."""

    def times(self, *lines, clock=1, chunk=64):
        """Records (ticks, microseconds of a CLOCK or None) to times."""
        b, times = s.Builder(clock=clock, chunk=chunk), []
        for ticks, micro in lines:
            if micro is None:
                b.record(s.RETURN, s.SHELL, ticks=ticks)
            else:
                b.record(s.CLOCK, ticks=ticks, words=(micro & 0xFFFFFFFF, micro >> 32))
        reader = read(b.end(), times)
        return times, reader

    def test_between_before_and_behind(self):
        times, reader = self.times((1500, None), (2000, 10), (2500, None), (4000, 20), (5000, None))
        self.assertEqual(times, [7.5, 10, 12.5, 20, 25])
        self.assertFalse(reader.timeline.assumed)

    def test_each_stretch_has_its_own_rate(self):
        times, _ = self.times((0, 0), (1000, 10), (1500, None), (3000, 20), (4000, None))
        self.assertEqual(times, [0, 10, 12.5, 20, 25])

    def test_low_word_wraps(self):
        times, _ = self.times((0xFFFFFF00, 100), (0xFFFFFF80, None), (0x100000080, None), (0x100000100, 102))
        self.assertEqual(times, [100, 100.5, 101.5, 102])

    def test_the_counter_itself_wraps(self):
        high = 1 << 64
        times, _ = self.times((high - 200, 100), (high - 100, None), (100, None), (200, 104))
        self.assertEqual(times, [100, 101, 103, 104])
        times, _ = self.times((high - 400, 98), (high - 200, 100), (high - 100, None), (100, None))
        self.assertEqual(times, [98, 100, 101, 103])

    def test_micros_beyond_32_bits(self):
        times, _ = self.times((0, (1 << 32) - 1), (10, None), (20, (1 << 32) + 1))
        self.assertEqual(times, [(1 << 32) - 1, 1 << 32, (1 << 32) + 1])

    def test_never_back(self):
        times, _ = self.times((0, 0), (1000, 10), (900, None), (1000, None))
        self.assertEqual(times, [0, 10, 10, 10])

    def test_a_clock_of_microseconds(self):
        self.assertEqual(self.times((7, None), (9, 9), (11, None), clock=2)[0], [7, 9, 11])

    def test_without_a_clock_times_are_relative(self):
        times, reader = self.times((5000, None), (7000, None))
        self.assertEqual(times, [0, 2])
        self.assertIn("only relative", reader.summary())

    def test_live_does_not_wait_for_the_next_clock(self):
        b, times = s.Builder(), []
        for micro in (0, 10):
            b.record(s.CLOCK, ticks=100 * micro, words=(micro,))
        b.record(s.RETURN, s.SHELL, ticks=1500)
        reader = Reader(lambda record, micro: times.append(micro))
        reader.feed(b.bytes())
        self.assertEqual(times, [0, 10])
        reader.flush()
        self.assertEqual(times, [0, 10, 15])


class Facts(unittest.TestCase):
    """A record of several bits."""

    def expand(self, *arguments, **options):
        b = s.Builder()
        b.record(*arguments, **options)
        return expand(records(b.bytes())[0], 3.0)

    def test_a_request_on_the_machines_own_path(self):
        everything = s.CALL | s.DELIVER | s.WAKE | s.BLOCK | s.SWITCH | s.MESSAGE
        call, deliver, wake, block, switch = self.expand(
            everything, s.SHELL, s.TTY, s.REQUEST, 0, 9 << 16 | 3, 0x300, (1, 2))  # fmt: skip
        message = (0x300, (1, 2, 0, 0, 0, 0, 0))
        self.assertEqual(call[3:], (s.SHELL, s.TTY, s.REQUEST, 0, 0, message))
        self.assertEqual(deliver[3:], (s.SHELL, s.TTY, 0, 0, 0, message))
        self.assertEqual(wake[3:], (s.NONE, s.TTY, 0, 0, 9 << 16 | 3, None))
        self.assertEqual(block[3:], (s.SHELL, s.TTY, s.AWAITING, 0, 0, None))
        self.assertEqual((switch.source, switch.target), (s.SHELL, s.TTY))
        self.assertEqual([f.kind for f in (call, deliver, wake, block, switch)], [1, 2, 4, 16, 32])
        self.assertTrue(all(f.number == 0 and f.time == 3.0 for f in (call, deliver, wake, block, switch)))

    def test_reply_and_receive_waits_for_anybody(self):
        everything = s.CALL | s.DELIVER | s.WAKE | s.BLOCK | s.SWITCH | s.MESSAGE
        block = self.expand(everything, s.TTY, s.SHELL, 9 << 16 | s.REPLY_RECEIVE, 0, 5)[3]
        self.assertEqual((block.source, block.target, block.call), (s.TTY, s.ANY, s.RECEIVING))

    def test_return_beside_wake_is_0(self):
        wake, back = self.expand(s.WAKE | s.RETURN, s.TTY, s.SHELL, 0, -4, 77)
        self.assertEqual((wake.result, wake.second, back.result, back.second), (-4, 77, 0, 0))

    def test_the_event_set_only_of_a_call_alone(self):
        self.assertEqual(self.expand(s.CALL, s.SHELL, s.TTY, 0x80, second=6)[0].second, 6)
        self.assertEqual(self.expand(s.CALL | s.BLOCK, s.SHELL, s.TTY, 0x80, second=6)[0].second, 0)

    def test_the_state_of_a_block_alone(self):
        for state in range(s.SENDING, 10):
            (block,) = self.expand(s.BLOCK, s.SHELL, s.TTY, state)
            self.assertEqual(block.call, state)

    def test_the_bits_are_the_kernels(self):
        self.assertEqual(sum(abi.BITS), abi.TRACE["TRACE_ALL"])


class Meetings(unittest.TestCase):
    """Messages, answers, waits."""

    def both_ways(self, fast):
        b = s.Builder()
        b.names(*s.SERVERS)
        b.waits(s.TTY)
        b.tick()
        b.later(10)
        ask, answer = (b.fast_request, b.fast_reply) if fast else (b.request, b.reply)
        ask(s.SHELL, s.TTY, 7, s.TTY_WRITE, s.words_of("hi", (0,)))
        b.later(20)
        answer(s.TTY, s.SHELL, 7, 0)
        b.later(10)
        b.tick()
        return read(b.end()).model

    def test_one_record_says_what_five_say(self):
        for fast in (True, False):
            model = self.both_ways(fast)
            self.assertEqual(shown(model), [
                ("request", "shell", "tty", 'write(console=0, text="hi")'),
                ("reply", "tty", "shell", "= 0"),
            ])  # fmt: skip
            (exchange,) = model.exchanges
            self.assertEqual((exchange.ticket, exchange.request, exchange.reply, exchange.result), (7, 0, 1, 0))
            self.assertAlmostEqual(exchange.latency, 20 if fast else 24.5, places=3)
            self.assertEqual(model.items[1].partner, 0)
            shell, tty = (model.lane(e) for e in (s.SHELL, s.TTY))
            self.assertEqual(model.states_at(0.5 if not fast else 0),
                             {shell: (s.AWAITING, tty), tty: (1, -1)})  # fmt: skip
            self.assertEqual(model.waits_at(0.5), [(shell, tty)])
            self.assertEqual(model.states_at(2)[tty], (s.RECEIVING, -2))
            self.assertEqual(model.states_at(2)[shell][0], 1)

    def test_a_late_answer_answers_nothing(self):
        b = s.Builder()
        b.fast_request(s.SHELL, s.TTY, 7, 0x300)
        b.record(s.WAKE, s.NONE, s.SHELL, 0, -208)  # cancelled
        b.request(s.SHELL, s.TTY, 8, 0x301)
        b.record(s.CALL | s.MESSAGE, s.TTY, s.SHELL, 7 << 16 | s.REPLY)
        b.record(s.RETURN, s.TTY, s.NONE, 0, s.ENOTREADY, s.SHELL)
        b.reply(s.TTY, s.SHELL, 8, 0)
        model = read(b.end()).model
        first, second = model.exchanges
        self.assertEqual((first.ticket, first.result, first.reply), (7, -208, None))
        self.assertEqual((second.ticket, second.result), (8, 0))
        self.assertEqual(model.items[second.reply].kind, "reply")
        self.assertIn(("error", "shell", "tty", "ipc_request: EREPLYINTR"), _named(model))
        self.assertIn(("error", "tty", "shell", "ipc_reply: ENOTREADY"), _named(model))

    def test_a_poll_that_finds_nothing_is_no_failure(self):
        b = s.Builder()
        for number in (s.RECEIVE, s.IPC_RECEIVE, s.REPLY_RECEIVE, s.SELECT):
            s.poll(b, s.SHELL, number)
        for number, result, flags in ((s.RECEIVE, s.EDEADSRCDST, s.NONBLOCK), (s.RECEIVE, s.ENOTREADY, 0),
                                      (s.REQUEST, s.ENOTREADY, s.NONBLOCK)):  # fmt: skip
            s.poll(b, s.SHELL, number, result, flags)
        model = read(b.end()).model
        self.assertEqual([(item.kind, model.text_of(item)) for item in model.items], [
            ("poll", "receive: nothing there"), ("poll", "ipc_receive: nothing there"),
            ("poll", "ipc_reply+receive: nothing there"), ("poll", "ipc_select: nothing there"),
            ("error", "receive: EDEADSRCDST"), ("error", "receive: ENOTREADY"), ("error", "ipc_request: ENOTREADY"),
        ])  # fmt: skip

    def test_an_answer_with_another_ticket_is_none(self):
        b = s.Builder()
        b.request(s.SHELL, s.TTY, 8, 0x301)
        b.reply(s.TTY, s.SHELL, 9, 0)
        model = read(b.end()).model
        self.assertIsNone(model.exchanges[0].reply)
        self.assertEqual([item.kind for item in model.items], ["request", "send"])

    def test_a_queue(self):
        """Two wait for one that is busy; it takes them in order, with send_rec's and request's tickets."""
        b = s.Builder()
        b.names(*s.SERVERS)
        for client, call, state in ((s.SHELL, s.SEND_REC, s.CALLING), (s.GREET, s.REQUEST, s.REQUESTING)):
            b.record(s.CALL | s.MESSAGE, client, s.TTY, call, type_=0x301, words=(24,))
            b.record(s.BLOCK, client, s.TTY, state)
        for client, ticket in ((s.SHELL, 5), (s.GREET, 6)):
            b.record(s.CALL, s.TTY, s.ANY, s.RECEIVE)
            b.record(s.DELIVER | s.MESSAGE, client, s.TTY, type_=0x301, words=(24,))
            came = s.CAME_SEND_REC if client == s.SHELL else s.CAME_REQUEST
            b.record(s.RETURN, s.TTY, s.NONE, 0, 0, ticket << 16 | came)
        model = read(b.end()).model
        shell, greet, tty = (model.lane(e) for e in (s.SHELL, s.GREET, s.TTY))
        self.assertEqual(model.states_at(-0.5), {shell: (s.CALLING, tty), greet: (s.REQUESTING, tty), tty: (1, -1)})
        self.assertEqual(model.states_at(0)[shell], (s.ANSWER, tty))
        self.assertEqual(model.states_at(1)[greet], (s.AWAITING, tty))
        self.assertEqual([model._open[c].ticket for c in (s.SHELL, s.GREET)], [5, 6])
        self.assertEqual(model.items[0].begin, model.items[1].begin)

    def test_a_ring_of_waits_can_be_seen(self):
        b = s.Builder()
        for a, c in ((s.SHELL, s.TTY), (s.TTY, s.NAMES), (s.NAMES, s.SHELL)):
            b.record(s.BLOCK, a, c, s.SENDING)
        model = read(b.end()).model
        lanes = [model.lane(e) for e in (s.SHELL, s.TTY, s.NAMES)]
        self.assertEqual(sorted(model.waits_at(0)), sorted(zip(lanes, lanes[1:] + lanes[:1])))

    def test_the_story(self):
        model = read(s.greeting().end()).model
        self.assertEqual([lane.name for lane in model.lanes],
                         ["names", "tty", "clock", "hello", "shell", "HARDWARE", "greet", "SYSTEM"])  # fmt: skip
        told = shown(model)
        for line in (("irq", "HARDWARE", "tty", "irq 1"), ("birth", "greet", "nobody", "greet is born"),
                     ("request", "greet", "SYSTEM", 'lookup(name="names")'),
                     ("reply", "hello", "greet", '= 0 (text="Hello, Ada!", visitor=0)'),
                     ("reply", "names", "greet", "= ENOENT"),
                     ("event", "HARDWARE", "shell", "interrupt(bits=death)"),
                     ("death", "greet", "nobody", "greet dies: exit 0"),
                     ("error", "shell", "greet", "ipc_request: EDEADSRCDST")):  # fmt: skip
            self.assertIn(line, told)
        self.assertEqual(len(model.exchanges), 11)
        self.assertEqual(sum(e.reply is not None for e in model.exchanges), 9)

    def test_an_event_comes_from_when_it_was_raised(self):
        b = s.Builder()
        b.record(s.CALL, s.SHELL, s.TTY, s.NOTIFY)
        b.record(s.EVENT, s.SHELL, s.TTY, words=(1,))
        b.record(s.RETURN, s.SHELL)
        b.later(50)
        b.record(s.DELIVER | s.MESSAGE, s.SHELL, s.TTY, type_=0x1000, words=(1,))
        model = read(b.end()).model
        self.assertEqual([item.kind for item in model.items], ["raised", "event"])
        self.assertAlmostEqual(model.items[1].end - model.items[1].begin, 100)  # 2000 ticks of 1 ns a microsecond
        self.assertEqual(model.text_of(model.items[1]), "events(bits=notify)")

    def test_a_fault_is_a_request(self):
        b = s.Builder()
        b.record(s.FAULT, s.SHELL, call=14, words=(6, 0x10001234, 0xDEADBEEF))
        b.record(s.DELIVER | s.MESSAGE, s.SHELL, s.TTY, type_=0x200E, words=(1, 2, 3, 4, 5, 6, 7))
        b.record(s.WAKE, s.NONE, s.TTY, 0, 0, 3 << 16 | s.CAME_REQUEST)
        b.reply(s.TTY, s.SHELL, 3, 0)
        model = read(b.end()).model
        self.assertEqual([item.kind for item in model.items], ["fault", "request", "reply"])
        self.assertEqual(model.text_of(model.items[0]), "fault 14 at 0x10001234")
        self.assertTrue(model.text_of(model.items[1]).startswith("page_fault(eax=0x1, "))
        self.assertEqual(model.exchanges[0].ticket, 3)

    def test_calls_without_a_message(self):
        b = s.Builder()
        b.record(s.CALL, s.SHELL, s.NONE, s.IN_OUTBOX)
        b.record(s.RETURN, s.SHELL)
        b.record(s.CALL, s.SHELL, s.TTY, 0x777)
        b.record(s.RETURN, s.SHELL, s.NONE, 0, -202)
        self.assertEqual([(kind, text) for kind, _, _, text in shown(read(b.end()).model)],
                         [("call", "in_outbox"), ("error", "call 0x777: EBADCALL")])  # fmt: skip

    def test_nothing_open_outlives_a_gap(self):
        b = s.Builder()
        b.request(s.SHELL, s.TTY, 7, 0x300)
        b.lose(10)
        b.reply(s.TTY, s.SHELL, 7, 0)
        model = read(b.end()).model
        self.assertEqual([item.kind for item in model.items], ["request", "lost", "send"])
        self.assertEqual(model.text_of(model.items[1]), "10 records lost")
        self.assertEqual(model.exchanges, [])
        self.assertEqual(model.states_at(1), {})

    def test_a_slot_and_its_next_tenant(self):
        b = s.Builder()
        b.birth(2053, "first")
        b.record(s.DEATH, 2053, call=1, result=14)
        b.birth(3077, "second")
        model = read(b.end()).model
        self.assertEqual([(lane.endpoint, lane.name) for lane in model.lanes], [(2053, "first"), (3077, "second")])
        self.assertEqual(model.text_of(model.items[1]), "first dies: fault 14")
        self.assertEqual(list(model.states_at(2)), [1])

    def test_kernel_names(self):
        self.assertEqual([abi.NAMES[n] for n in range(1000, 1005)], ["HARDWARE", "SYSTEM", "ANY", "NONE", "SELF"])


def _named(model):
    """As shown, with well-known endpoints named although no name came."""
    known = {f"?{endpoint}": name for endpoint, _, name in s.SERVERS}
    return [(kind, known.get(a, a), known.get(b, b), text) for kind, a, b, text in shown(model)]


if __name__ == "__main__":
    unittest.main()
