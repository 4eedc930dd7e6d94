/* A plugin for QEMU that counts how often each instruction runs, and how often each branch is taken,
 * between two functions of the firmware.
 *
 * Arguments: code=BYTES,begin=ADDRESS,end=ADDRESS,out=FILE. For each time from `begin` to `end` it
 * writes a line `region`, and a line `address count taken` for each instruction that ran.
 *
 * Debian's QEMU comes without qemu-plugin.h, so what is used of it is declared here: version 1 of the
 * interface, of QEMU 4.2 to 8.2. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct qemu_info_t qemu_info_t;
enum { NO_REGISTERS = 0, ADD_U64 = 0 };

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t,
    void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *,
    void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *,
    void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

/* A run of instructions that is entered at the first and left behind the last. */
struct block {
    uint64_t first, last, next;
};

/* One place for each half word of the code. */
static uint64_t code, *count, *taken;
static uint64_t begin, end;
static FILE *out;
static bool counting;
static struct block *before;

static void enter(unsigned cpu, void *block) {
    (void)cpu;
    struct block *here = block;
    if (before && before->next != here->first && before->last < code) taken[before->last / 2]++;
    before = here;
}

static void on_begin(unsigned cpu, void *unused) {
    (void)cpu, (void)unused;
    memset(count, 0, code / 2 * sizeof *count);
    memset(taken, 0, code / 2 * sizeof *taken);
    counting = true;
}

static void on_end(unsigned cpu, void *unused) {
    (void)cpu, (void)unused;
    if (!counting) return;
    counting = false;
    fprintf(out, "region\n");
    for (uint64_t i = 0; i < code / 2; i++)
        if (count[i])
            fprintf(out, "%llx %llu %llu\n", (unsigned long long)i * 2,
                (unsigned long long)count[i], (unsigned long long)taken[i]);
    fflush(out);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(tb);
    struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, n - 1);
    struct block *block = malloc(sizeof *block);
    if (!block) abort();
    block->first = qemu_plugin_tb_vaddr(tb);
    block->last = qemu_plugin_insn_vaddr(last);
    block->next = block->last + qemu_plugin_insn_size(last);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, enter, NO_REGISTERS, block);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (address == begin)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_begin, NO_REGISTERS, NULL);
        if (address == end)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_end, NO_REGISTERS, NULL);
        if (address < code)
            qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &count[address / 2], 1);
    }
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value) return 1;
        *value++ = 0;
        if (!strcmp(argv[i], "code")) code = strtoull(value, NULL, 0);
        if (!strcmp(argv[i], "begin")) begin = strtoull(value, NULL, 0);
        if (!strcmp(argv[i], "end")) end = strtoull(value, NULL, 0);
        if (!strcmp(argv[i], "out")) out = fopen(value, "w");
    }
    count = calloc(code / 2 + 1, sizeof *count);
    taken = calloc(code / 2 + 1, sizeof *taken);
    if (!code || !begin || !end || !out || !count || !taken) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
