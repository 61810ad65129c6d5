using Xunit.Sdk;
using Xunit.v3;

// Each experiment keeps seven processes busy.
[assembly: Parallelization(Mode = ParallelMode.None)]
