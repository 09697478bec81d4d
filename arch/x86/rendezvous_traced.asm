; rendezvous.asm once more, leaving records: see there.
%define TRACED
%define rendezvous_call     traced_call
%define rendezvous_sysenter traced_sysenter
%include "rendezvous.asm"
