// swift-format-ignore-file

/// What commands have printed of the laboratory (`apus demo`), for their manual pages.
enum ManualOutputs {
    static let texts = [
        "apus-observe": """
            $ apus observe --last 4 --verdict DROPPED --print-policy-names --summary
            Nov 24 00:46:51.087: default/secret-pods:51374 (ID:12721) <> default/backend-ssgfvr7wtz-vxbsf:9090 (ID:24111) Policy denied DROPPED BY no rule of zero-trust (CiliumNetworkPolicy); nearest: zero-trust egress[0] wants peer name=secret-pods (TCP Flags: SYN)
            Nov 24 00:46:51.128: default/backend-ssgfvr7wtz-lk8v9:43204 (ID:24111) <> [2001:db8::10]:9999 (world) Kernel drop NO_SOCKET DROPPED (TCP Flags: SYN; in tcp_v6_rcv)
            Nov 24 00:46:51.148: default/outsider:47006 (ID:51423) <> default/frontend-52n5n8cgcw-jzjtt:9090 (ID:22680) Policy denied DROPPED BY no rule of frontend-backend-communication (CiliumNetworkPolicy); nearest: frontend-backend-communication ingress[0] wants peer app=backend (TCP Flags: SYN)
            Nov 24 00:46:51.188: default/outsider:59780 (ID:51423) <> default/backend-ssgfvr7wtz-vxbsf:9999 (ID:24111) Kernel drop NO_SOCKET DROPPED (TCP Flags: SYN; in tcp_v4_rcv)
            4 flows, 2026-11-24T00:46:51Z to 00:46:51Z (0.1s); held since 2026-11-24T00:46:40Z; 0 lost
            """,
        "apus-drops": """
            $ apus drops --by reason,port --why --limit 2
            FLOWS   BYTES   RATE    TREND          REASON                    PORT       RULE                FIRST SEEN             LAST SEEN
            80      5640    6.7/s   ▅▇▇▇▅▅█▆▆▅▇    POLICY_DENIED INGRESS     8080/TCP   no rule allows it   2026-11-24T00:46:40Z   2026-11-24T00:46:51Z
               why:  a policy selects the endpoint, and no rule lets this in
               next: apus policy explain --from SOURCE --to DESTINATION --port 8080/TCP
            28      1680    2.3/s   █▅▅▅▅█▅▅▅▅█    NO_SOCKET in tcp_v4_rcv   9999/TCP   -                   2026-11-24T00:46:40Z   2026-11-24T00:46:51Z
               why:  not a policy: nothing listens at the destination's port (NO_SOCKET in tcp_v4_rcv)
               next: `ss -lntu` at the destination: is the program running, at this port and address?

            Asked: all; held: 2026-11-24T00:46:40Z to 2026-11-24T00:46:51Z; lost: 0
            Not shown: 10 more entries of 161 flows (--limit)
            """,
        "apus-top": """
            $ apus top --sort bytes --limit 4
            POD                                 FLOWS   BYTES       PACKETS   DROPS   BYTES SHARE
            default/outsider                    1,035   289.5 KiB   1,077     124     ████████████████████
            default/backend-ssgfvr7wtz-lk8v9    1,055   244.7 KiB   1,137     82      ████████████████▌
            default/backend-ssgfvr7wtz-vxbsf    1,054   235.9 KiB   1,136     83      ████████████████
            default/frontend-52n5n8cgcw-sfmqz   596     119.0 KiB   650       55      ████████

            Asked: all; held: 2026-11-24T00:46:40Z to 2026-11-24T00:46:51Z; lost: 0
            Not shown: 2 more entries of 701 flows (--limit)
            """,
        "apus-graph": """
            $ apus graph --limit 4
            SOURCE             DESTINATION        PORT       VERDICT     FLOWS   BYTES
            default/frontend   default/backend    9090/TCP   FORWARDED   504     102.2 KiB
            default/backend    default/frontend   9090/TCP   FORWARDED   504     88.2 KiB
            default/outsider   default/backend    9090/TCP   FORWARDED   252     52.8 KiB
            default/outsider   default/backend    9999/TCP   FORWARDED   112     7.1 KiB

            Asked: all; held: 2026-11-24T00:46:40Z to 2026-11-24T00:46:51Z; lost: 0
            Not shown: 31 more entries of 1115 flows (--limit)
            """,
        "apus-why": """
            $ apus why --where 'reason == POLICY_DENIED and direction == ingress'
            flow:  default/outsider:37618 (ID:51423) → default/frontend-52n5n8cgcw-jzjtt:9090 (ID:22680), TCP Flags: SYN
            when:  2026-11-24T00:46:51.888Z on node lab
            event: Policy denied DROPPED
            why:   CiliumNetworkPolicy default/frontend-backend-communication selects default/frontend-52n5n8cgcw-jzjtt, and none of its rules lets this in; nearest: frontend-backend-communication rule 0, which wants peer app=backend
            next:  add a rule if it should pass; apus policy explain --from default/outsider --to default/frontend-52n5n8cgcw-jzjtt --port 9090/TCP
            """,
        "apus-doctor": """
            $ apus doctor
            ok    capabilities  CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are there; ring buffers and tc programs work
            ok    BTF           /sys/kernel/btf/vmlinux is there
            warn  clock         nothing keeps it in step with others
                                → run chrony or systemd-timesyncd: times of several nodes are compared by people and by dashboards
            ok    server        127.0.0.1:4245 has version apus v0.1.0, up for 11.8s
            ok    programs      all stages run, and the interfaces are watched
            ok    events        221 came within a second, 2,750 in all
            ok    losses        none
            """,
        "apus-list-endpoints": """
            $ apus list endpoints
            ID      POD                                 IDENTITY   ADDRESSES
            54929   default/backend-ssgfvr7wtz-lk8v9    24111      10.0.0.13,fd00:a905::d
            1084    default/backend-ssgfvr7wtz-vxbsf    24111      10.0.0.12,fd00:a905::c
            6734    default/frontend-52n5n8cgcw-jzjtt   22680      10.0.0.10,fd00:a905::a
            34753   default/frontend-52n5n8cgcw-sfmqz   22680      10.0.0.11,fd00:a905::b
            16509   default/outsider                    51423      10.0.0.15,fd00:a905::f
            35529   default/secret-pods                 12721      10.0.0.14,fd00:a905::e
            """,
    ]
}
