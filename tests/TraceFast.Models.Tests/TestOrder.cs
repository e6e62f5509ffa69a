// The process's memory and thread count are measured: tests run one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
