using System.Diagnostics.CodeAnalysis;

// The tests count live tensors and resident memory: they run one after another.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace TraceFast.Torch.Tests;

[CollectionDefinition("live tensors")]
[SuppressMessage("Naming", "CA1711", Justification = "xunit's name for it")]
public sealed class LiveTensorsCollection;
