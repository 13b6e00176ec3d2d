/* Optimisers over all parameters of a model, as torch.optim defines them.
 *
 * A new optimiser is a row here, its functions in optim.c, and a kernel (num/kernels.h) where no
 * existing one does its arithmetic; options of its own are members of lp_optim_options and rows of
 * tools/network_rows.h. */
#ifndef LP_NET_OPTIM_H
#define LP_NET_OPTIM_H

#include "base/memory.h"
#include "base/values.h"
#include "net/params.h"

/* SGD with momentum (also Nesterov's), and Adam (Kingma and Ba 2015, algorithm 1). Both add the
 * weight decay to the gradient. */
// clang-format off
#define LP_OPTIMS(ROW)                                        \
    ROW(SGD,  "sgd",  .moments = sgd_moments,  .step = sgd_step)  \
    ROW(ADAM, "adam", .moments = adam_moments, .step = adam_step)
// clang-format on

#define LP_OPTIM_CHOICES LP_CHOICES(LP_OPTIMS)

#define LP_AS_OPTIM(NAME, ...) LP_OPTIM_##NAME,
typedef enum { LP_OPTIMS(LP_AS_OPTIM) LP_OPTIM_COUNT } lp_optim_kind;

enum { LP_MAX_MOMENTS = 2 };

/* The members are of the types that an option table parses into. */
typedef struct {
    int kind;            /* lp_optim_kind */
    double momentum;     /* SGD: 0 <= momentum < 1 */
    bool nesterov;       /* SGD, with momentum */
    double weight_decay; /* >= 0 */
    double beta1, beta2; /* Adam: 0 <= beta < 1 */
    double epsilon;      /* Adam: > 0 */
} lp_optim_options;

typedef struct {
    lp_optim_options options;
    const lp_params *params;
    uint64_t steps;               /* taken so far */
    void *moment[LP_MAX_MOMENTS]; /* each of the layout of params->value; else NULL */
} lp_optim;

/* `params` is borrowed and has gradients. The moments, zero at first, are allocated from `memory`.
 */
lp_optim lp_optim_new(lp_arena *memory, const lp_optim_options *options, const lp_params *params);

/* How many moments the optimiser keeps, which a checkpoint has to hold beside `steps`: SGD with
 * momentum 1, Adam 2. */
int lp_optim_moments(const lp_optim *o);

/* One step with learning rate lr over every parameter that is not frozen. Runs on all threads;
 * their number changes no bit. */
void lp_optim_step(lp_optim *o, double lr);

#endif
