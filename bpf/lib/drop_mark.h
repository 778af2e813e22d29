// How kernel_drops.bpf.c knows a packet that pod.bpf.c dropped and has reported already.
#ifndef APUS_DROP_MARK_H
#define APUS_DROP_MARK_H

// skb->mark of a packet at the moment when our program gives TC_ACT_SHOT: "APUS". The packet is freed at once, so the
// mark meets no routing rule and no firewall.
#define APUS_DROP_MARK 0x41505553

#endif
