/**
 * The types of Kubernetes' API that the cluster knows, as the OpenAPI description of Kubernetes 1.33 has them; those of
 * HTTPRoute as Gateway API 1 has them. A field is `name:type`, with `*` behind the name if it is required.
 *
 * `T[]` list that is replaced whole · `T[=]` set · `T[a,b]` list merged by its items' fields · `{T}` map
 * `@` before a type, or before all fields: replaced whole by server-side apply
 * `~key` a strategic merge patch merges by another key · `!` it replaces the list · `^` it drops fields that it does not retain
 */
export const TYPE_TABLE: Readonly<Record<string, string>> = {
  Namespace: 'apiVersion:string kind:string metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus',
  Pod: 'apiVersion:string kind:string metadata:ObjectMeta spec:PodSpec status:PodStatus',
  Service: 'apiVersion:string kind:string metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus',
  ConfigMap: 'apiVersion:string binaryData:{bytes} data:{string} immutable:boolean kind:string metadata:ObjectMeta',
  Event:
    'action:string apiVersion:string count:integer eventTime:microTime firstTimestamp:time ' +
    'involvedObject*:ObjectReference kind:string lastTimestamp:time message:string metadata*:ObjectMeta ' +
    'reason:string related:ObjectReference reportingComponent:string reportingInstance:string series:EventSeries ' +
    'source:EventSource type:string',
  Deployment: 'apiVersion:string kind:string metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus',
  ReplicaSet: 'apiVersion:string kind:string metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus',
  EndpointSlice:
    'addressType*:string apiVersion:string endpoints*:Endpoint[] kind:string metadata:ObjectMeta ' +
    'ports:EndpointPort[]',
  HorizontalPodAutoscaler:
    'apiVersion:string kind:string metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec ' +
    'status:HorizontalPodAutoscalerStatus',
  PodDisruptionBudget:
    'apiVersion:string kind:string metadata:ObjectMeta spec:PodDisruptionBudgetSpec ' +
    'status:PodDisruptionBudgetStatus',
  NetworkPolicy: 'apiVersion:string kind:string metadata:ObjectMeta spec:NetworkPolicySpec',
  ObjectMeta:
    'annotations:{string} creationTimestamp:time deletionGracePeriodSeconds:integer deletionTimestamp:time ' +
    'finalizers:string[=] generateName:string generation:integer labels:{string} managedFields:ManagedFieldsEntry[] ' +
    'name:string namespace:string ownerReferences:OwnerReference[uid] resourceVersion:string selfLink:string ' +
    'uid:string',
  NamespaceSpec: 'finalizers:string[]',
  NamespaceStatus: 'conditions:NamespaceCondition[type] phase:string',
  PodSpec:
    'activeDeadlineSeconds:integer affinity:Affinity automountServiceAccountToken:boolean ' +
    'containers*:Container[name] dnsConfig:PodDNSConfig dnsPolicy:string enableServiceLinks:boolean ' +
    'ephemeralContainers:EphemeralContainer[name] hostAliases:HostAlias[ip] hostIPC:boolean hostNetwork:boolean ' +
    'hostPID:boolean hostUsers:boolean hostname:string imagePullSecrets:LocalObjectReference[name] ' +
    'initContainers:Container[name] nodeName:string nodeSelector:@{string} os:PodOS overhead:{quantity} ' +
    'preemptionPolicy:string priority:integer priorityClassName:string readinessGates:PodReadinessGate[] ' +
    'resourceClaims:PodResourceClaim[name]^ resources:ResourceRequirements restartPolicy:string ' +
    'runtimeClassName:string schedulerName:string schedulingGates:PodSchedulingGate[name] ' +
    'securityContext:PodSecurityContext serviceAccount:string serviceAccountName:string setHostnameAsFQDN:boolean ' +
    'shareProcessNamespace:boolean subdomain:string terminationGracePeriodSeconds:integer tolerations:Toleration[] ' +
    'topologySpreadConstraints:TopologySpreadConstraint[topologyKey,whenUnsatisfiable] volumes:Volume[name]^',
  PodStatus:
    'conditions:PodCondition[type] containerStatuses:ContainerStatus[] ephemeralContainerStatuses:ContainerStatus[] ' +
    'hostIP:string hostIPs:HostIP[]~ip initContainerStatuses:ContainerStatus[] message:string ' +
    'nominatedNodeName:string observedGeneration:integer phase:string podIP:string podIPs:PodIP[ip] qosClass:string ' +
    'reason:string resize:string resourceClaimStatuses:PodResourceClaimStatus[name]^ startTime:time',
  ServiceSpec:
    'allocateLoadBalancerNodePorts:boolean clusterIP:string clusterIPs:string[] externalIPs:string[] ' +
    'externalName:string externalTrafficPolicy:string healthCheckNodePort:integer internalTrafficPolicy:string ' +
    'ipFamilies:string[] ipFamilyPolicy:string loadBalancerClass:string loadBalancerIP:string ' +
    'loadBalancerSourceRanges:string[] ports:ServicePort[port,protocol] publishNotReadyAddresses:boolean ' +
    'selector:@{string} sessionAffinity:string sessionAffinityConfig:SessionAffinityConfig ' +
    'trafficDistribution:string type:string',
  ServiceStatus: 'conditions:Condition[type] loadBalancer:LoadBalancerStatus',
  ObjectReference:
    '@ apiVersion:string fieldPath:string kind:string name:string namespace:string resourceVersion:string ' +
    'uid:string',
  EventSeries: 'count:integer lastObservedTime:microTime',
  EventSource: 'component:string host:string',
  DeploymentSpec:
    'minReadySeconds:integer paused:boolean progressDeadlineSeconds:integer replicas:integer ' +
    'revisionHistoryLimit:integer selector*:LabelSelector strategy:DeploymentStrategy^ template*:PodTemplateSpec',
  DeploymentStatus:
    'availableReplicas:integer collisionCount:integer conditions:DeploymentCondition[type] ' +
    'observedGeneration:integer readyReplicas:integer replicas:integer terminatingReplicas:integer ' +
    'unavailableReplicas:integer updatedReplicas:integer',
  ReplicaSetSpec: 'minReadySeconds:integer replicas:integer selector*:LabelSelector template:PodTemplateSpec',
  ReplicaSetStatus:
    'availableReplicas:integer conditions:ReplicaSetCondition[type] fullyLabeledReplicas:integer ' +
    'observedGeneration:integer readyReplicas:integer replicas*:integer terminatingReplicas:integer',
  Endpoint:
    'addresses*:string[=] conditions:EndpointConditions deprecatedTopology:{string} hints:EndpointHints ' +
    'hostname:string nodeName:string targetRef:ObjectReference zone:string',
  EndpointPort: '@ appProtocol:string name:string port:integer protocol:string',
  HorizontalPodAutoscalerSpec:
    'behavior:HorizontalPodAutoscalerBehavior maxReplicas*:integer metrics:MetricSpec[] minReplicas:integer ' +
    'scaleTargetRef*:CrossVersionObjectReference',
  HorizontalPodAutoscalerStatus:
    'conditions:HorizontalPodAutoscalerCondition[type] currentMetrics:MetricStatus[] currentReplicas:integer ' +
    'desiredReplicas*:integer lastScaleTime:time observedGeneration:integer',
  PodDisruptionBudgetSpec:
    'maxUnavailable:intOrString minAvailable:intOrString selector:LabelSelector unhealthyPodEvictionPolicy:string',
  PodDisruptionBudgetStatus:
    'conditions:Condition[type] currentHealthy*:integer desiredHealthy*:integer disruptedPods:{time} ' +
    'disruptionsAllowed*:integer expectedPods*:integer observedGeneration:integer',
  NetworkPolicySpec:
    'egress:NetworkPolicyEgressRule[] ingress:NetworkPolicyIngressRule[] podSelector*:LabelSelector ' +
    'policyTypes:string[]',
  ManagedFieldsEntry:
    'apiVersion:string fieldsType:string fieldsV1:any manager:string operation:string subresource:string time:time',
  OwnerReference:
    '@ apiVersion*:string blockOwnerDeletion:boolean controller:boolean kind*:string name*:string uid*:string',
  NamespaceCondition: 'lastTransitionTime:time message:string reason:string status*:string type*:string',
  Affinity: 'nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity',
  Container:
    'args:string[] command:string[] env:EnvVar[name] envFrom:EnvFromSource[] image:string imagePullPolicy:string ' +
    'lifecycle:Lifecycle livenessProbe:Probe name*:string ports:ContainerPort[containerPort,protocol] ' +
    'readinessProbe:Probe resizePolicy:ContainerResizePolicy[] resources:ResourceRequirements restartPolicy:string ' +
    'securityContext:SecurityContext startupProbe:Probe stdin:boolean stdinOnce:boolean ' +
    'terminationMessagePath:string terminationMessagePolicy:string tty:boolean ' +
    'volumeDevices:VolumeDevice[devicePath] volumeMounts:VolumeMount[mountPath] workingDir:string',
  PodDNSConfig: 'nameservers:string[] options:PodDNSConfigOption[] searches:string[]',
  EphemeralContainer:
    'args:string[] command:string[] env:EnvVar[name] envFrom:EnvFromSource[] image:string imagePullPolicy:string ' +
    'lifecycle:Lifecycle livenessProbe:Probe name*:string ports:ContainerPort[containerPort,protocol] ' +
    'readinessProbe:Probe resizePolicy:ContainerResizePolicy[] resources:ResourceRequirements restartPolicy:string ' +
    'securityContext:SecurityContext startupProbe:Probe stdin:boolean stdinOnce:boolean targetContainerName:string ' +
    'terminationMessagePath:string terminationMessagePolicy:string tty:boolean ' +
    'volumeDevices:VolumeDevice[devicePath] volumeMounts:VolumeMount[mountPath] workingDir:string',
  HostAlias: 'hostnames:string[] ip*:string',
  LocalObjectReference: '@ name:string',
  PodOS: 'name*:string',
  PodReadinessGate: 'conditionType*:string',
  PodResourceClaim: 'name*:string resourceClaimName:string resourceClaimTemplateName:string',
  ResourceRequirements: 'claims:ResourceClaim[name]! limits:{quantity} requests:{quantity}',
  PodSchedulingGate: 'name*:string',
  PodSecurityContext:
    'appArmorProfile:AppArmorProfile fsGroup:integer fsGroupChangePolicy:string runAsGroup:integer ' +
    'runAsNonRoot:boolean runAsUser:integer seLinuxChangePolicy:string seLinuxOptions:SELinuxOptions ' +
    'seccompProfile:SeccompProfile supplementalGroups:integer[] supplementalGroupsPolicy:string sysctls:Sysctl[] ' +
    'windowsOptions:WindowsSecurityContextOptions',
  Toleration: 'effect:string key:string operator:string tolerationSeconds:integer value:string',
  TopologySpreadConstraint:
    'labelSelector:LabelSelector matchLabelKeys:string[] maxSkew*:integer minDomains:integer ' +
    'nodeAffinityPolicy:string nodeTaintsPolicy:string topologyKey*:string whenUnsatisfiable*:string',
  Volume:
    'awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource ' +
    'azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource ' +
    'configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource ' +
    'emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource ' +
    'flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource ' +
    'glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi:ISCSIVolumeSource ' +
    'name*:string nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource ' +
    'photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource ' +
    'projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource ' +
    'secret:SecretVolumeSource storageos:StorageOSVolumeSource vsphereVolume:VsphereVirtualDiskVolumeSource',
  PodCondition:
    'lastProbeTime:time lastTransitionTime:time message:string observedGeneration:integer reason:string ' +
    'status*:string type*:string',
  ContainerStatus:
    'allocatedResources:{quantity} allocatedResourcesStatus:ResourceStatus[name] containerID:string image*:string ' +
    'imageID*:string lastState:ContainerState name*:string ready*:boolean resources:ResourceRequirements ' +
    'restartCount*:integer started:boolean state:ContainerState stopSignal:string user:ContainerUser ' +
    'volumeMounts:VolumeMountStatus[mountPath]',
  HostIP: 'ip*:string',
  PodIP: 'ip*:string',
  PodResourceClaimStatus: 'name*:string resourceClaimName:string',
  ServicePort: 'appProtocol:string name:string nodePort:integer port*:integer protocol:string targetPort:intOrString',
  SessionAffinityConfig: 'clientIP:ClientIPConfig',
  Condition:
    'lastTransitionTime*:time message*:string observedGeneration:integer reason*:string status*:string type*:string',
  LoadBalancerStatus: 'ingress:LoadBalancerIngress[]',
  LabelSelector: '@ matchExpressions:LabelSelectorRequirement[] matchLabels:{string}',
  DeploymentStrategy: 'rollingUpdate:RollingUpdateDeployment type:string',
  PodTemplateSpec: 'metadata:ObjectMeta spec:PodSpec',
  DeploymentCondition:
    'lastTransitionTime:time lastUpdateTime:time message:string reason:string status*:string type*:string',
  ReplicaSetCondition: 'lastTransitionTime:time message:string reason:string status*:string type*:string',
  EndpointConditions: 'ready:boolean serving:boolean terminating:boolean',
  EndpointHints: 'forNodes:ForNode[] forZones:ForZone[]',
  HorizontalPodAutoscalerBehavior: 'scaleDown:HPAScalingRules scaleUp:HPAScalingRules',
  MetricSpec:
    'containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource ' +
    'pods:PodsMetricSource resource:ResourceMetricSource type*:string',
  CrossVersionObjectReference: 'apiVersion:string kind*:string name*:string',
  HorizontalPodAutoscalerCondition: 'lastTransitionTime:time message:string reason:string status*:string type*:string',
  MetricStatus:
    'containerResource:ContainerResourceMetricStatus external:ExternalMetricStatus object:ObjectMetricStatus ' +
    'pods:PodsMetricStatus resource:ResourceMetricStatus type*:string',
  NetworkPolicyEgressRule: 'ports:NetworkPolicyPort[] to:NetworkPolicyPeer[]',
  NetworkPolicyIngressRule: 'from:NetworkPolicyPeer[] ports:NetworkPolicyPort[]',
  NodeAffinity:
    'preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm[] ' +
    'requiredDuringSchedulingIgnoredDuringExecution:NodeSelector',
  PodAffinity:
    'preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[] ' +
    'requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]',
  PodAntiAffinity:
    'preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[] ' +
    'requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]',
  EnvVar: 'name*:string value:string valueFrom:EnvVarSource',
  EnvFromSource: 'configMapRef:ConfigMapEnvSource prefix:string secretRef:SecretEnvSource',
  Lifecycle: 'postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:string',
  Probe:
    'exec:ExecAction failureThreshold:integer grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:integer ' +
    'periodSeconds:integer successThreshold:integer tcpSocket:TCPSocketAction terminationGracePeriodSeconds:integer ' +
    'timeoutSeconds:integer',
  ContainerPort: 'containerPort*:integer hostIP:string hostPort:integer name:string protocol:string',
  ContainerResizePolicy: 'resourceName*:string restartPolicy*:string',
  SecurityContext:
    'allowPrivilegeEscalation:boolean appArmorProfile:AppArmorProfile capabilities:Capabilities privileged:boolean ' +
    'procMount:string readOnlyRootFilesystem:boolean runAsGroup:integer runAsNonRoot:boolean runAsUser:integer ' +
    'seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions',
  VolumeDevice: 'devicePath*:string name*:string',
  VolumeMount:
    'mountPath*:string mountPropagation:string name*:string readOnly:boolean recursiveReadOnly:string ' +
    'subPath:string subPathExpr:string',
  PodDNSConfigOption: 'name:string value:string',
  ResourceClaim: 'name*:string request:string',
  AppArmorProfile: 'localhostProfile:string type*:string',
  SELinuxOptions: 'level:string role:string type:string user:string',
  SeccompProfile: 'localhostProfile:string type*:string',
  Sysctl: 'name*:string value*:string',
  WindowsSecurityContextOptions:
    'gmsaCredentialSpec:string gmsaCredentialSpecName:string hostProcess:boolean runAsUserName:string',
  AWSElasticBlockStoreVolumeSource: 'fsType:string partition:integer readOnly:boolean volumeID*:string',
  AzureDiskVolumeSource:
    'cachingMode:string diskName*:string diskURI*:string fsType:string kind:string readOnly:boolean',
  AzureFileVolumeSource: 'readOnly:boolean secretName*:string shareName*:string',
  CephFSVolumeSource:
    'monitors*:string[] path:string readOnly:boolean secretFile:string secretRef:LocalObjectReference user:string',
  CinderVolumeSource: 'fsType:string readOnly:boolean secretRef:LocalObjectReference volumeID*:string',
  ConfigMapVolumeSource: 'defaultMode:integer items:KeyToPath[] name:string optional:boolean',
  CSIVolumeSource:
    'driver*:string fsType:string nodePublishSecretRef:LocalObjectReference readOnly:boolean ' +
    'volumeAttributes:{string}',
  DownwardAPIVolumeSource: 'defaultMode:integer items:DownwardAPIVolumeFile[]',
  EmptyDirVolumeSource: 'medium:string sizeLimit:quantity',
  EphemeralVolumeSource: 'volumeClaimTemplate:PersistentVolumeClaimTemplate',
  FCVolumeSource: 'fsType:string lun:integer readOnly:boolean targetWWNs:string[] wwids:string[]',
  FlexVolumeSource: 'driver*:string fsType:string options:{string} readOnly:boolean secretRef:LocalObjectReference',
  FlockerVolumeSource: 'datasetName:string datasetUUID:string',
  GCEPersistentDiskVolumeSource: 'fsType:string partition:integer pdName*:string readOnly:boolean',
  GitRepoVolumeSource: 'directory:string repository*:string revision:string',
  GlusterfsVolumeSource: 'endpoints*:string path*:string readOnly:boolean',
  HostPathVolumeSource: 'path*:string type:string',
  ImageVolumeSource: 'pullPolicy:string reference:string',
  ISCSIVolumeSource:
    'chapAuthDiscovery:boolean chapAuthSession:boolean fsType:string initiatorName:string iqn*:string ' +
    'iscsiInterface:string lun*:integer portals:string[] readOnly:boolean secretRef:LocalObjectReference ' +
    'targetPortal*:string',
  NFSVolumeSource: 'path*:string readOnly:boolean server*:string',
  PersistentVolumeClaimVolumeSource: 'claimName*:string readOnly:boolean',
  PhotonPersistentDiskVolumeSource: 'fsType:string pdID*:string',
  PortworxVolumeSource: 'fsType:string readOnly:boolean volumeID*:string',
  ProjectedVolumeSource: 'defaultMode:integer sources:VolumeProjection[]',
  QuobyteVolumeSource: 'group:string readOnly:boolean registry*:string tenant:string user:string volume*:string',
  RBDVolumeSource:
    'fsType:string image*:string keyring:string monitors*:string[] pool:string readOnly:boolean ' +
    'secretRef:LocalObjectReference user:string',
  ScaleIOVolumeSource:
    'fsType:string gateway*:string protectionDomain:string readOnly:boolean secretRef*:LocalObjectReference ' +
    'sslEnabled:boolean storageMode:string storagePool:string system*:string volumeName:string',
  SecretVolumeSource: 'defaultMode:integer items:KeyToPath[] optional:boolean secretName:string',
  StorageOSVolumeSource:
    'fsType:string readOnly:boolean secretRef:LocalObjectReference volumeName:string volumeNamespace:string',
  VsphereVirtualDiskVolumeSource: 'fsType:string storagePolicyID:string storagePolicyName:string volumePath*:string',
  ResourceStatus: 'name*:string resources:ResourceHealth[resourceID]!',
  ContainerState: 'running:ContainerStateRunning terminated:ContainerStateTerminated waiting:ContainerStateWaiting',
  ContainerUser: 'linux:LinuxContainerUser',
  VolumeMountStatus: 'mountPath*:string name*:string readOnly:boolean recursiveReadOnly:string',
  ClientIPConfig: 'timeoutSeconds:integer',
  LoadBalancerIngress: 'hostname:string ip:string ipMode:string ports:PortStatus[]',
  LabelSelectorRequirement: 'key*:string operator*:string values:string[]',
  RollingUpdateDeployment: 'maxSurge:intOrString maxUnavailable:intOrString',
  ForNode: 'name*:string',
  ForZone: 'name*:string',
  HPAScalingRules:
    'policies:HPAScalingPolicy[] selectPolicy:string stabilizationWindowSeconds:integer tolerance:quantity',
  ContainerResourceMetricSource: 'container*:string name*:string target*:MetricTarget',
  ExternalMetricSource: 'metric*:MetricIdentifier target*:MetricTarget',
  ObjectMetricSource: 'describedObject*:CrossVersionObjectReference metric*:MetricIdentifier target*:MetricTarget',
  PodsMetricSource: 'metric*:MetricIdentifier target*:MetricTarget',
  ResourceMetricSource: 'name*:string target*:MetricTarget',
  ContainerResourceMetricStatus: 'container*:string current*:MetricValueStatus name*:string',
  ExternalMetricStatus: 'current*:MetricValueStatus metric*:MetricIdentifier',
  ObjectMetricStatus:
    'current*:MetricValueStatus describedObject*:CrossVersionObjectReference metric*:MetricIdentifier',
  PodsMetricStatus: 'current*:MetricValueStatus metric*:MetricIdentifier',
  ResourceMetricStatus: 'current*:MetricValueStatus name*:string',
  NetworkPolicyPort: 'endPort:integer port:intOrString protocol:string',
  NetworkPolicyPeer: 'ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector',
  PreferredSchedulingTerm: 'preference*:NodeSelectorTerm weight*:integer',
  NodeSelector: '@ nodeSelectorTerms*:NodeSelectorTerm[]',
  WeightedPodAffinityTerm: 'podAffinityTerm*:PodAffinityTerm weight*:integer',
  PodAffinityTerm:
    'labelSelector:LabelSelector matchLabelKeys:string[] mismatchLabelKeys:string[] namespaceSelector:LabelSelector ' +
    'namespaces:string[] topologyKey*:string',
  EnvVarSource:
    'configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector ' +
    'secretKeyRef:SecretKeySelector',
  ConfigMapEnvSource: 'name:string optional:boolean',
  SecretEnvSource: 'name:string optional:boolean',
  LifecycleHandler: 'exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction',
  ExecAction: 'command:string[]',
  GRPCAction: 'port*:integer service:string',
  HTTPGetAction: 'host:string httpHeaders:HTTPHeader[] path:string port*:intOrString scheme:string',
  TCPSocketAction: 'host:string port*:intOrString',
  Capabilities: 'add:string[] drop:string[]',
  KeyToPath: 'key*:string mode:integer path*:string',
  DownwardAPIVolumeFile:
    'fieldRef:ObjectFieldSelector mode:integer path*:string resourceFieldRef:ResourceFieldSelector',
  PersistentVolumeClaimTemplate: 'metadata:ObjectMeta spec*:PersistentVolumeClaimSpec',
  VolumeProjection:
    'clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection ' +
    'downwardAPI:DownwardAPIProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection',
  ResourceHealth: 'health:string resourceID*:string',
  ContainerStateRunning: 'startedAt:time',
  ContainerStateTerminated:
    'containerID:string exitCode*:integer finishedAt:time message:string reason:string signal:integer ' +
    'startedAt:time',
  ContainerStateWaiting: 'message:string reason:string',
  LinuxContainerUser: 'gid*:integer supplementalGroups:integer[] uid*:integer',
  PortStatus: 'error:string port*:integer protocol*:string',
  HPAScalingPolicy: 'periodSeconds*:integer type*:string value*:integer',
  MetricTarget: 'averageUtilization:integer averageValue:quantity type*:string value:quantity',
  MetricIdentifier: 'name*:string selector:LabelSelector',
  MetricValueStatus: 'averageUtilization:integer averageValue:quantity value:quantity',
  IPBlock: 'cidr*:string except:string[]',
  NodeSelectorTerm: '@ matchExpressions:NodeSelectorRequirement[] matchFields:NodeSelectorRequirement[]',
  ConfigMapKeySelector: '@ key*:string name:string optional:boolean',
  ObjectFieldSelector: '@ apiVersion:string fieldPath*:string',
  ResourceFieldSelector: '@ containerName:string divisor:quantity resource*:string',
  SecretKeySelector: '@ key*:string name:string optional:boolean',
  SleepAction: 'seconds*:integer',
  HTTPHeader: 'name*:string value*:string',
  PersistentVolumeClaimSpec:
    'accessModes:string[] dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference ' +
    'resources:VolumeResourceRequirements selector:LabelSelector storageClassName:string ' +
    'volumeAttributesClassName:string volumeMode:string volumeName:string',
  ClusterTrustBundleProjection:
    'labelSelector:LabelSelector name:string optional:boolean path*:string signerName:string',
  ConfigMapProjection: 'items:KeyToPath[] name:string optional:boolean',
  DownwardAPIProjection: 'items:DownwardAPIVolumeFile[]',
  SecretProjection: 'items:KeyToPath[] name:string optional:boolean',
  ServiceAccountTokenProjection: 'audience:string expirationSeconds:integer path*:string',
  NodeSelectorRequirement: 'key*:string operator*:string values:string[]',
  TypedLocalObjectReference: '@ apiGroup:string kind*:string name*:string',
  TypedObjectReference: 'apiGroup:string kind*:string name*:string namespace:string',
  VolumeResourceRequirements: 'limits:{quantity} requests:{quantity}',
  HTTPRoute: 'apiVersion:string kind:string metadata:ObjectMeta spec:HTTPRouteSpec status:any',
  HTTPRouteSpec: 'hostnames:string[] parentRefs:HTTPRouteParentRef[] rules:HTTPRouteRule[]',
  HTTPRouteParentRef: 'group:string kind:string name*:string namespace:string port:integer sectionName:string',
  HTTPRouteRule:
    'backendRefs:HTTPRouteBackendRef[] filters:any[] matches:HTTPRouteMatch[] name:string ' +
    'timeouts:HTTPRouteTimeouts',
  HTTPRouteBackendRef:
    'filters:any[] group:string kind:string name*:string namespace:string port:integer weight:integer',
  HTTPRouteMatch: 'headers:any[name] method:string path:HTTPRoutePathMatch queryParams:any[name]',
  HTTPRoutePathMatch: 'type:string value:string',
  HTTPRouteTimeouts: 'backendRequest:string request:string',
};
