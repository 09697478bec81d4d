-- Parley's trace in Wireshark and tshark: what a record says, as fields to look at and to filter by.
--
--   tshark -X lua_script:tools/trace/parley.lua -r trace.pcapng -Y 'parley.from == "shell"'
--
-- The packet's layout stands in tools/trace/pcapng.py, the record's in ipc/include/abi/trace.h.

local parley = Proto("parley", "Parley trace")

local BITS = { "call", "deliver", "wake", "return", "block", "switch", "event", "irq", "fault", "birth",
               "death", "clock" }
local MESSAGE = 31 -- the bit that says that type and words are a message's
local RECORD = 12  -- where the record begins in the packet
local TEXTS = RECORD + 64

local CALLS = {
    [0x1] = "send", [0x2] = "receive", [0x3] = "send_rec", [0x4] = "in_outbox", [0x5] = "notify",
    [0x8] = "echo", [0x10] = "ipc_request", [0x20] = "ipc_reply", [0x40] = "ipc_notify",
    [0x80] = "ipc_receive", [0xa0] = "ipc_reply+receive", [0x100] = "ipc_select",
}

local f = {
    number = ProtoField.uint64("parley.number", "Number", base.DEC),
    time = ProtoField.uint64("parley.time", "Time (the clock's own unit)", base.DEC),
    what = ProtoField.uint32("parley.what", "What", base.HEX),
    from = ProtoField.string("parley.from", "From"),
    from_endpoint = ProtoField.int32("parley.from.endpoint", "From, endpoint", base.DEC),
    to = ProtoField.string("parley.to", "To"),
    to_endpoint = ProtoField.int32("parley.to.endpoint", "To, endpoint", base.DEC),
    call = ProtoField.string("parley.call", "Call"),
    number_of_call = ProtoField.uint32("parley.call.number", "Call, number", base.HEX, CALLS, 0xfff),
    nonblock = ProtoField.bool("parley.call.nonblock", "NONBLOCK", 32, nil, 0x1000),
    timeout = ProtoField.bool("parley.call.timeout", "TIMEOUT", 32, nil, 0x2000),
    ticket = ProtoField.uint32("parley.call.ticket", "Ticket", base.DEC, nil, 0xffff0000),
    value = ProtoField.uint32("parley.value", "Value (line, vector, state or cause)", base.DEC),
    result = ProtoField.int32("parley.result", "Result", base.DEC),
    second = ProtoField.uint32("parley.second", "Second result", base.HEX),
    type = ProtoField.int32("parley.type", "Type", base.DEC),
    words = ProtoField.bytes("parley.words", "Words"),
    text = ProtoField.string("parley.text", "Message"),
}
local flags = {}
for i, name in ipairs(BITS) do
    flags[i] = ProtoField.bool("parley.what." .. name, name:upper(), 32, nil, 2 ^ (i - 1))
end
flags.message = ProtoField.bool("parley.what.message", "MESSAGE", 32, nil, 2 ^ MESSAGE)

local all = {}
for _, field in pairs(f) do all[#all + 1] = field end
for _, field in pairs(flags) do all[#all + 1] = field end
parley.fields = all

-- Texts stand one behind the other, each with its length before it.
local function texts(buffer)
    local at, found = TEXTS, {}
    for _, name in ipairs({ "from", "to", "call", "text" }) do
        local length = buffer(at, 2):le_uint()
        found[name] = buffer(at + 2, length)
        at = at + 2 + length
    end
    return found
end

local function add_text(tree, field, range)
    if range:len() > 0 then tree:add(field, range, range:string(ENC_UTF_8)) end
end

local function has(what, bit)
    return math.floor(what / 2 ^ bit) % 2 == 1
end

-- Which facts the record has, as "CALL DELIVER".
local function facts(what)
    local names = {}
    for i, name in ipairs(BITS) do
        if has(what, i - 1) then names[#names + 1] = name:upper() end
    end
    return table.concat(names, " ")
end

local function add_what(tree, range)
    local what = tree:add_le(f.what, range)
    what:append_text(" (" .. facts(range:le_uint()) .. ")")
    for _, field in pairs(flags) do what:add_le(field, range) end
end

local function add_call(tree, range, name, is_call)
    if not is_call then
        tree:add_le(f.value, range)
        return
    end
    local call = tree:add(f.call, range, name:string())
    for _, field in ipairs({ f.number_of_call, f.nonblock, f.timeout, f.ticket }) do
        call:add_le(field, range)
    end
end

function parley.dissector(buffer, packet, root)
    if buffer:len() < TEXTS + 8 or buffer(0, 2):le_uint() ~= 1 then return 0 end
    local record, text = buffer(RECORD, 64), texts(buffer)
    local what = record(8, 4):le_uint()
    local is_call = has(what, 0)
    packet.cols.protocol = "Parley"
    packet.cols.src = text.from:string()
    packet.cols.dst = text.to:string()
    packet.cols.info = facts(what) .. "  " .. text.text:string(ENC_UTF_8)

    local tree = root:add(parley, buffer(), "Parley trace, " .. facts(what))
    tree:add_le(f.number, buffer(4, 8))
    tree:add_le(f.time, record(0, 8))
    add_what(tree, record(8, 4))
    add_text(tree, f.from, text.from)
    tree:add_le(f.from_endpoint, record(12, 4))
    add_text(tree, f.to, text.to)
    tree:add_le(f.to_endpoint, record(16, 4))
    add_call(tree, record(20, 4), text.call, is_call)
    tree:add_le(f.result, record(24, 4))
    tree:add_le(f.second, record(28, 4))
    tree:add_le(f.type, record(32, 4))
    tree:add(f.words, record(36, 28))
    add_text(tree, f.text, text.text)
    return buffer:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, parley)
