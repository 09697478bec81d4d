/*
 * Faults as messages: what the handler that a module's line names (faults=NAME) receives.
 *
 * A request whose source is the process that faulted. m_type is FAULT_MESSAGE | the processor's
 * vector; words 0..6 are eax ebx ecx edx esi edi ebp at the fault. The words of the reply go into
 * the same registers and the process goes on; with m_type -EFAULT it dies of its fault instead.
 * Where it goes on, and the error code and address of the fault, are SYS_REGISTERS's
 * (abi/system.h).
 *
 * A program that SYS_CREATE made (abi/memory.h) faults in a call, too, when its message or a buffer
 * is not mapped: the call is made again when the handler has replied, and ends with EFAULT when
 * that replied -EFAULT. The reply's words mean nothing then.
 *
 * Any process that may address the handler can send it a message that looks like this one.
 * SYS_REGISTERS answers ENOTREADY for it, so a handler that asks there first is never deceived.
 */
#pragma once

#define FAULT_MESSAGE      0x2000 /* the class of m_type: FAULT_CLASS(type) == FAULT_MESSAGE */
#define FAULT_CLASS(type)  ((type) & ~0xff)
#define FAULT_VECTOR(type) ((type)&0xff)
