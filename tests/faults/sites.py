"""Faults for a server, made from its program: each depends on the seed and its number alone.

Instructions are taken apart by Capstone. A changed instruction is one bit away from the right one, or what the
kind says; Capstone says again what it then is, so that a kind's name is true: `source register` changes that
operand and nothing else. The kinds are those of the published work on faults in drivers (wrong source,
destination, pointer, branch, loop condition, instruction left out, bit flip), and what can happen beside the text.
"""

import random
import struct

import capstone
from capstone import x86

FORMAT = struct.Struct("<I4BI16s16sII")  # struct fault of fault.h
TEXT, REGISTER, DEVICE, STACK, REQUEST, REPLY, DATA = range(7)  # enum mechanism
CORRUPT, DROP, DELAY, REPEAT, FORGE = range(5)  # enum message_fault
REGISTERS = ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp")  # as in a fault's message
PARTS = {"ax": ("eax", 0xffff), "al": ("eax", 0xff), "ah": ("eax", 0xff00),
         "bx": ("ebx", 0xffff), "bl": ("ebx", 0xff), "bh": ("ebx", 0xff00),
         "cx": ("ecx", 0xffff), "cl": ("ecx", 0xff), "ch": ("ecx", 0xff00),
         "dx": ("edx", 0xffff), "dl": ("edx", 0xff), "dh": ("edx", 0xff00),
         "si": ("esi", 0xffff), "di": ("edi", 0xffff), "bp": ("ebp", 0xffff)}  # fmt: skip
TRAP = bytes([0xcd, 0x94])
NOP = 0x90
OFF_BY_ONE = {0x72: 4, 0x76: 4, 0x73: 4, 0x77: 4, 0x7c: 2, 0x7e: 2, 0x7d: 2, 0x7f: 2}  # b/be, ae/a, l/le, ge/g

# How often, of 100.
KINDS = {
    "source register": 8, "destination register": 8, "address": 8, "constant": 6, "branch inverted": 7,
    "branch left out": 4, "off by one": 4, "call left out": 4, "instruction left out": 7, "bit flip": 9,
    "register flip": 9, "stack flip": 6, "data flip": 8, "device nonsense": 2,
    "request corrupted": 2, "request dropped": 1, "request delayed": 1, "request repeated": 1, "request forged": 1,
    "reply corrupted": 2, "reply dropped": 1, "reply delayed": 1,
}  # fmt: skip
MESSAGES = {"request corrupted": (REQUEST, CORRUPT), "request dropped": (REQUEST, DROP),
            "request delayed": (REQUEST, DELAY), "request repeated": (REQUEST, REPEAT),
            "request forged": (REQUEST, FORGE), "reply corrupted": (REPLY, CORRUPT),
            "reply dropped": (REPLY, DROP), "reply delayed": (REPLY, DELAY)}  # fmt: skip
TRIES = 200  # of random instructions, until one takes a kind of fault


class Program:
    """A server's file: what of it is text, what is data, and what its instructions are."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.image = file.read()
        self.sections = self.read_sections()
        self.disassembler = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32)
        self.disassembler.detail = True
        address, text = self.contents(".text")
        self.instructions = list(self.disassembler.disasm(text, address))
        # Filling between functions is never reached.
        self.instructions = [i for i in self.instructions if i.mnemonic != "nop" and i.bytes != b"\xcc"]
        self.changes = {}
        pairs = list(zip(self.instructions, self.instructions[1:]))
        self.branches = [i for i in self.instructions if self.is_branch(i)]
        self.calls = [i for i in self.instructions if i.mnemonic == "call"]
        loop = self.function("ipc_reply_receive")
        self.traps = [i for i in self.instructions if bytes(i.bytes) == TRAP and i.address in loop]
        self.after_traps = [b for a, b in pairs if a in self.traps]
        self.after_inputs = [(a, b) for a, b in pairs if a.mnemonic == "in"]

    def read_sections(self):
        start, = struct.unpack_from("<I", self.image, 32)
        size, count, names = struct.unpack_from("<3H", self.image, 46)
        headers = [struct.unpack_from("<10I", self.image, start + size * i) for i in range(count)]
        base = headers[names][4]
        found = {}
        for name, _, _, address, offset, length, *_ in headers:
            word = self.image[base + name : self.image.index(0, base + name)].decode()
            found[word] = (address, offset, length)
        return found

    def contents(self, name):
        address, offset, length = self.sections[name]
        return address, self.image[offset : offset + length]

    def function(self, name):
        """The addresses of a function of that name; none when there is none."""
        _, symbols = self.contents(".symtab")
        _, names = self.contents(".strtab")
        for at, start, length, *_ in struct.iter_unpack("<3I2BH", symbols):
            if names[at : names.index(0, at)].decode() == name:
                return range(start, start + length)
        return range(0)

    def constant_range(self):
        """What of the running program nothing may change: text and constants, which lie behind one another."""
        first = self.sections[".text"][0]
        last = max(self.sections[n][0] + self.sections[n][2] for n in (".text", ".rodata") if n in self.sections)
        return first, last - first

    def data_range(self):
        ranges = [self.sections[n] for n in (".data", ".bss") if n in self.sections and self.sections[n][2]]
        first = min(address for address, _, _ in ranges)
        return first, max(address + length for address, _, length in ranges)

    @staticmethod
    def is_branch(instruction):
        code = instruction.bytes
        return code[0] & 0xf0 == 0x70 or code[0] == 0x0f and code[1] & 0xf0 == 0x80

    def decode(self, code, address):
        return next(self.disassembler.disasm(bytes(code), address, 1), None)

    def changed(self, instruction):
        """By kind, the instructions one bit away in which one operand is another one."""
        known = self.changes.get(instruction.address)
        if known is None:
            known = self.changes[instruction.address] = {}
            for bit in range(8 * instruction.size):
                code = bytearray(instruction.bytes)
                code[bit // 8] ^= 1 << bit % 8
                kind = self.kind_of(instruction, self.decode(code, instruction.address))
                if kind:
                    known.setdefault(kind, []).append(bytes(code))
        return known

    @staticmethod
    def operand(instruction, operand):
        if operand.type == x86.X86_OP_REG:
            return operand.reg
        if operand.type == x86.X86_OP_IMM:
            return operand.imm
        return operand.mem.segment, operand.mem.base, operand.mem.index, operand.mem.scale, operand.mem.disp

    def kind_of(self, right, wrong):
        if wrong is None or wrong.size != right.size or wrong.id != right.id:
            return None
        if len(wrong.operands) != len(right.operands):
            return None
        pairs = list(zip(right.operands, wrong.operands))
        if any(a.type != b.type or a.size != b.size for a, b in pairs):
            return None
        differ = [a for a, b in pairs if self.operand(right, a) != self.operand(wrong, b)]
        if len(differ) != 1 or right.group(x86.X86_GRP_JUMP) or right.group(x86.X86_GRP_CALL):
            return None
        if differ[0].type == x86.X86_OP_MEM:
            return "address"
        if differ[0].type == x86.X86_OP_IMM:
            return "constant"
        return "destination register" if differ[0].access & capstone.CS_AC_WRITE else "source register"

    def registers_read(self, instruction):
        """Pairs (index in a fault's message, mask of the bits that are read)."""
        found = []
        for register in instruction.regs_access()[0]:
            name = instruction.reg_name(register)
            whole, mask = PARTS.get(name, (name, 0xffffffff))
            if whole in REGISTERS:
                found.append((REGISTERS.index(whole), mask))
        return found


# ---- Kinds: each returns what struct fault has from `mechanism` on, or None --------------------------------


def text(instruction, code, count=0):
    return TEXT, len(code), count, instruction.address, bytes(instruction.bytes), bytes(code), 0, 0


def at(mechanism, instruction, a, b, count=0):
    return mechanism, instruction.size, count, instruction.address, bytes(instruction.bytes), b"", a, b


def invert(code):
    changed = bytearray(code)
    changed[1 if code[0] == 0x0f else 0] ^= 1
    return changed


def off_by_one(program, instruction, chance):
    code = bytearray(instruction.bytes)
    if program.is_branch(instruction):
        place = 1 if code[0] == 0x0f else 0
        flip = OFF_BY_ONE.get(0x70 | code[place] & 0xf)
        if not flip:
            return None
        code[place] ^= flip
        return text(instruction, code)
    if instruction.mnemonic != "cmp" or not instruction.imm_size:
        return None
    code[instruction.imm_offset] = (code[instruction.imm_offset] + chance.choice((1, 255))) & 0xff
    return text(instruction, code)


def bit_flip(instruction, chance):
    code = bytearray(instruction.bytes)
    bit = chance.randrange(8 * len(code))
    code[bit // 8] ^= 1 << bit % 8
    return text(instruction, code)


def register_flip(program, instruction, chance):
    read = program.registers_read(instruction)
    if not read or bytes(instruction.bytes) == TRAP:
        return None
    register, mask = chance.choice(read)
    bits = [bit for bit in range(32) if mask >> bit & 1]
    return at(REGISTER, instruction, register, 1 << chance.choice(bits), chance.randrange(4))


def device(program, chance):
    if not program.after_inputs:
        return None
    came, instruction = chance.choice(program.after_inputs)
    mask = (1 << 8 * came.operands[0].size) - 1
    return at(DEVICE, instruction, mask, chance.getrandbits(32), chance.choice((1, 2, 8, 255)))


def message(program, kind, chance):
    mechanism, what = MESSAGES[kind]
    places = program.after_traps if mechanism == REQUEST else program.traps
    if not places:
        return None
    b = chance.randrange(1000, 6000) if what == DELAY else chance.randrange(256) if what == CORRUPT \
        else chance.getrandbits(32)
    return at(mechanism, chance.choice(places), what, b, chance.randrange(6))


def data(program, chance):
    first, end = program.data_range()
    return DATA, 0, 0, chance.randrange(first, end), b"", b"", 0, 1 << chance.randrange(8)


def at_instruction(program, kind, instruction, chance):
    if kind == "instruction left out":
        return text(instruction, [NOP] * instruction.size)
    if kind == "bit flip":
        return bit_flip(instruction, chance)
    if kind == "register flip":
        return register_flip(program, instruction, chance)
    if kind == "stack flip":
        return at(STACK, instruction, chance.randrange(96), 1 << chance.randrange(8), chance.randrange(4))
    if kind == "off by one":
        return off_by_one(program, instruction, chance)
    codes = program.changed(instruction).get(kind)
    return text(instruction, chance.choice(codes)) if codes else None


def try_kind(program, kind, chance):
    if kind in MESSAGES:
        return message(program, kind, chance)
    if kind == "device nonsense":
        return device(program, chance)
    if kind == "data flip":
        return data(program, chance)
    if kind.startswith("branch"):
        branch = chance.choice(program.branches)
        return text(branch, invert(branch.bytes) if kind == "branch inverted" else [NOP] * branch.size)
    if kind == "call left out":
        call = chance.choice(program.calls)
        return text(call, [NOP] * call.size)
    for _ in range(TRIES):
        found = at_instruction(program, kind, chance.choice(program.instructions), chance)
        if found:
            return found
    return None


class Faults:
    """All faults of a seed. `weights`: how often each server, by name; `programs`: their files."""

    def __init__(self, seed, weights, programs, order, kinds=None):
        self.seed, self.order = seed, order
        self.weights, self.programs = weights, {name: Program(path) for name, path in programs.items()}
        self.kinds = kinds or KINDS

    def choose(self, number):
        """(server, kind, what struct fault holds) of the fault with this number."""
        chance = random.Random(f"{self.seed}/{number}")
        server = chance.choices(list(self.weights), list(self.weights.values()))[0]
        for _ in range(TRIES):
            kind = chance.choices(list(self.kinds), list(self.kinds.values()))[0]
            found = try_kind(self.programs[server], kind, chance)
            if found:
                return server, kind, found
        raise LookupError(f"{server} has no place for faults of these kinds")

    def pack(self, number):
        server, kind, found = self.choose(number)
        mechanism, length, count, address, original, code, a, b = found
        return server, kind, FORMAT.pack(number, mechanism, self.order.index(server), length, count, address,
                                         original, code, a, b)

    def describe(self, number):
        server, kind, found = self.choose(number)
        mechanism, _, count, address, original, code, a, b = found
        program = self.programs[server]
        words = [f"fault {number} of seed {self.seed}: {server}, {kind}, at 0x{address:08x}"]
        right = program.decode(original, address) if original else None
        wrong = program.decode(code, address) if code else None
        if right:
            words.append(f"{right.mnemonic} {right.op_str}".strip())
        if code:
            words.append("becomes " + (f"{wrong.mnemonic} {wrong.op_str}".strip() if wrong else code.hex()))
        if mechanism != TEXT:
            words.append(f"a={a:#x} b={b:#x} count={count}")
        return "; ".join(words)
