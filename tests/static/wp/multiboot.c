/*
 * The loader's numbers: 64-bit lengths come out within 4 GB, ranges overlap when they share a byte.
 */
#include "../../../arch/x86/multiboot.c"

/*@ lemma not_negative: \forall integer a, b; a >= 0 && b >= 0 ==> (a | b) >= 0; */

/*@ requires \valid_read(e);
    assigns \nothing;
    ensures within: \result.start <= \result.end <= ADDRESS_END;
    ensures start: e->base_high == 0 ==> \result.start == e->base_low;
    ensures whole: e->base_high == 0 && e->length_high == 0 &&
                   e->base_low + e->length_low <= ADDRESS_END ==>
                   \result.end == e->base_low + e->length_low; */
static struct span map_span(const struct map_entry *e);

/*@ requires start <= end && other_start <= other_end;
    assigns \nothing;
    ensures share: \result != 0 && other_start < other_end ==> start < end &&
                   (start <= other_start < end || other_start <= start < other_end);
    ensures apart: \result == 0 ==> \forall integer at;
                   !(start <= at < end && other_start <= at < other_end); */
static bool overlaps(uint32_t start, uint32_t end, uint32_t other_start, uint32_t other_end);
