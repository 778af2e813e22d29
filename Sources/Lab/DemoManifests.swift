/// The small cluster that the demo shows: two services with one policy between them, a closed-off pod, a stranger.
package enum DemoManifests {
    package static let yaml = """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: default
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: frontend
          namespace: default
        spec:
          replicas: 2
          selector:
            matchLabels: {app: frontend}
          template:
            metadata:
              labels: {app: frontend}
            spec:
              containers:
              - name: frontend
                ports:
                - {name: http, containerPort: 8080}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: backend
          namespace: default
        spec:
          replicas: 2
          selector:
            matchLabels: {app: backend}
          template:
            metadata:
              labels: {app: backend}
            spec:
              containers:
              - name: backend
                ports:
                - {name: api, containerPort: 9090}
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: secret-pods
          namespace: default
          labels: {name: secret-pods}
        spec:
          containers:
          - name: secret
            ports:
            - {containerPort: 8080}
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: outsider
          namespace: default
          labels: {app: outsider}
        spec:
          containers:
          - name: outsider
            ports:
            - {containerPort: 8080}
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: frontend
          namespace: default
        spec:
          selector: {app: frontend}
          clusterIP: 10.96.0.80
          clusterIPs: [10.96.0.80]
          ports:
          - {name: http, port: 80, targetPort: 8080}
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: backend
          namespace: default
        spec:
          selector: {app: backend}
          clusterIP: 10.96.0.90
          clusterIPs: [10.96.0.90]
          ports:
          - {name: api, port: 9090, targetPort: 9090}
        ---
        # Backends may call frontends on port 9090; nothing else may enter a frontend.
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: frontend-backend-communication
          namespace: default
        spec:
          endpointSelector:
            matchLabels: {app: frontend}
          ingress:
          - fromEndpoints:
            - matchLabels: {app: backend}
            toPorts:
            - ports:
              - {port: "9090", protocol: TCP}
        ---
        # Secret pods talk to each other only.
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: zero-trust
          namespace: default
        spec:
          endpointSelector:
            matchLabels: {name: secret-pods}
          egress:
          - toEndpoints:
            - matchLabels: {name: secret-pods}
          ingress:
          - fromEndpoints:
            - matchLabels: {name: secret-pods}

        """
}
