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

/* SGD with momentum (also Nesterov's), Adam (Kingma and Ba 2015, algorithm 1), AdamW (Loshchilov
 * and Hutter 2019), RMSprop (Hinton's lecture 6e of 2012, not centred) and Adagrad (Duchi et al.
 * 2011). AdamW takes lr times the weight decay times w from w; the others add the weight decay
 * times w to the gradient. The words are PyTorch's defaults, except SGD's, which has none there. */
// clang-format off
#define LP_OPTIMS(ROW)                                                                        \
    /*  enum     name       lr      functions, other defaults than of most */                 \
    ROW(SGD,     "sgd",     "0.1",  .moments = sgd_moments,     .step = sgd_step)             \
    ROW(ADAM,    "adam",    "1e-3", .moments = adam_moments,    .step = adam_step)            \
    ROW(ADAMW,   "adamw",   "1e-3", .moments = adam_moments,    .step = adamw_step,           \
                                    .weight_decay = "0.01")                                   \
    ROW(RMSPROP, "rmsprop", "0.01", .moments = rmsprop_moments, .step = rmsprop_step)         \
    ROW(ADAGRAD, "adagrad", "0.01", .moments = adagrad_moments, .step = adagrad_step,         \
                                    .epsilon = "1e-10")
// clang-format on

#define LP_OPTIM_CHOICES LP_CHOICES(LP_OPTIMS)

/* "0.1 for sgd, 1e-3 for adam, ..., " */
#define LP_OPTIM_RATES LP_OPTIMS(LP_OPTIM_RATE)
#define LP_OPTIM_RATE(NAME, name, lr, ...) lr " for " name ", "

#define LP_AS_OPTIM(NAME, ...) LP_OPTIM_##NAME,
typedef enum { LP_OPTIMS(LP_AS_OPTIM) LP_OPTIM_COUNT } lp_optim_kind;

enum { LP_MAX_MOMENTS = 2 };

/* The members are of the types that an option table parses into. */
typedef struct {
    int kind;         /* lp_optim_kind */
    double momentum;  /* SGD, RMSprop: 0 <= momentum <= 1. With 1, SGD's velocity is the sum of all
                         gradients so far: what a training loop does that never sets them to zero. */
    bool nesterov;    /* SGD, with momentum */
    double clip_norm; /* >= 0; 0: gradients are not clipped. Else, where the 2-norm of all gradients
                         together exceeds it, they are scaled down to it, before anything else
                         happens (torch.nn.utils.clip_grad_norm_; Pascanu et al. 2013). */
    double weight_decay; /* >= 0 */
    double beta1, beta2; /* Adam, AdamW: 0 <= beta < 1 */
    double alpha;        /* RMSprop: 0 <= alpha < 1 */
    double lr_decay;     /* Adagrad: >= 0; step t has the rate lr / (1 + (t - 1) lr_decay) */
    double epsilon;      /* all but SGD: > 0 */
} lp_optim_options;

/* The default of an option ("lr", "weight-decay", "epsilon") under an optimiser, as a word of a
 * command line; NULL where it is the same as for the others. */
const char *lp_optim_default(lp_optim_kind kind, const char *option);

typedef struct {
    lp_optim_options options;
    const lp_params *params;
    uint64_t steps;               /* taken so far */
    void *moment[LP_MAX_MOMENTS]; /* each of the layout of params->value; else NULL */
} lp_optim;

/* `params` is borrowed and has gradients. The moments, zero at first, are allocated from `memory`.
 */
lp_optim lp_optim_new(lp_arena *memory, const lp_optim_options *options, const lp_params *params);

/* How many moments the optimiser keeps, which a checkpoint has to hold beside `steps`: one
 * for Adagrad, RMSprop and SGD with momentum, two for Adam, AdamW and RMSprop with momentum. */
int lp_optim_moments(const lp_optim *o);

/* One step with learning rate lr over every parameter that is not frozen. Runs on all threads;
 * their number changes no bit. */
void lp_optim_step(lp_optim *o, double lr);

#endif
