/* What the tools that train networks check and complete of the options in network_rows.h. */
#ifndef LP_TOOLS_NETWORK_OPTIONS_H
#define LP_TOOLS_NETWORK_OPTIONS_H

#include "cli/tool.h"
#include "learn/train_network.h"
#include "training.h"

/* Options that were left out and have a default of their own under the optimiser: as if given, so
 * that the recipe has them. */
static void give_optimizer_defaults(const lp_train_network_options *o) {
    static const char *const names[] = {"lr", "weight-decay", "epsilon"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *word = lp_optim_default((lp_optim_kind)o->optim.kind, names[i]);
        bool is_used = i > 0 || o->schedule.kind != LP_RATE_LIST;
        if (word != NULL && is_used && !lp_tool_given(names[i]))
            lp_tool_give(names[i], word);
    }
}

/* What was not given is taken from the network in --init-from's file. */
static void leave_out_layers(const lp_train_network_options *o) {
    if (!o->pictures)
        lp_tool_leave_out("activation");
    lp_tool_leave_out("output-activation");
    lp_tool_leave_out("bias");
}

/* To be called when the command line has been parsed into *o, which is part of it. */
static void complete_network_options(lp_train_network_options *o) {
    o->count_steps = lp_tool_given("steps");
    o->given.activation = lp_tool_given("activation");
    o->given.output_activation = lp_tool_given("output-activation");
    o->given.bias = lp_tool_given("bias");
    if (lp_tool_given("init-from"))
        leave_out_layers(o);
    refuse_two_rates(o->schedule.kind == LP_RATE_LIST);
    if (o->optim.nesterov && o->optim.kind != LP_OPTIM_SGD)
        lp_tool_usage("--nesterov goes only with --optimizer=sgd");
    give_optimizer_defaults(o);
    if (o->shards == 1)
        lp_tool_forget("shards");
}

#endif
