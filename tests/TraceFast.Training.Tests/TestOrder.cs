// libtorch's thread count and its count of live tensors belong to the process, and every run takes all cores: one test at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
