"""A core file of a process for a 32-bit x86, in memory: its registers and its pages."""

import struct

# The order of a core's registers; orig_eax is of no use here.
REGISTERS = ("ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "ds", "es", "fs", "gs", "orig_eax", "eip", "cs",
             "eflags", "esp", "ss")  # fmt: skip

ELF_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
PROGRAM_HEADER = struct.Struct("<8I")
STATUS_BYTES, STATUS_PID, STATUS_REGISTERS = 144, 24, 72  # struct elf_prstatus
ET_CORE, EM_386, PT_LOAD, PT_NOTE, NT_PRSTATUS, FLAGS_RW = 4, 3, 1, 4, 1, 6


def note(registers):
    status = bytearray(STATUS_BYTES)
    struct.pack_into("<I", status, STATUS_PID, 1)
    values = (registers.get(name, 0) for name in REGISTERS)
    struct.pack_into(f"<{len(REGISTERS)}I", status, STATUS_REGISTERS, *values)
    return struct.pack("<3I", 5, len(status), NT_PRSTATUS) + b"CORE\0\0\0\0" + bytes(status)


def build(registers, regions):
    """The file's bytes. `regions`: (address, bytes), ascending."""
    notes = note(registers)
    offset = ELF_HEADER.size + PROGRAM_HEADER.size * (1 + len(regions))
    headers = [PROGRAM_HEADER.pack(PT_NOTE, offset, 0, 0, len(notes), 0, 0, 4)]
    offset += len(notes)
    for address, data in regions:
        headers.append(PROGRAM_HEADER.pack(PT_LOAD, offset, address, 0, len(data), len(data), FLAGS_RW, 1))
        offset += len(data)
    identity = b"\x7fELF\1\1\1".ljust(16, b"\0")
    header = ELF_HEADER.pack(identity, ET_CORE, EM_386, 1, 0, ELF_HEADER.size, 0, 0, ELF_HEADER.size,
                             PROGRAM_HEADER.size, 1 + len(regions), 0, 0, 0)  # fmt: skip
    return header + b"".join(headers) + notes + b"".join(data for _, data in regions)
