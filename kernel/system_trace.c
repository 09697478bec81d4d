/* The call to SYSTEM about the trace. Message: abi/trace.h. */
#include "system.h"
#include "trace.h"

static int set(const uint32_t *in)
{
    return trace_set(&(struct trace_filter){
        .what = in[1],
        .calls = in[2],
        .process = (endpoint_t)in[3],
        .peer = (endpoint_t)in[4],
        .type = (int32_t)in[5],
        .one_type = in[6] != 0,
    });
}

int system_trace(const struct system_request *r)
{
    if (r->in[0] > TRACE_SET)
        return -EINVAL;
    int error = r->in[0] == TRACE_SET ? set(r->in) : 0;
    if (error)
        return error;
    const struct trace_filter now = trace_get();
    r->out[0] = now.what;
    r->out[1] = now.calls;
    r->out[2] = (uint32_t)now.process;
    r->out[3] = (uint32_t)now.peer;
    r->out[4] = (uint32_t)now.type;
    r->out[5] = now.one_type;
    r->out[6] = trace_capacity();
    return 0;
}
