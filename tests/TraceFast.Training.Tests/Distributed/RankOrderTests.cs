using TraceFast.Training.Distributed;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Distributed;

public class RankOrderTests
{
    /// <summary>Which rank reads which batch is accelerate's rule, for random numbers of records, batch sizes and ranks.</summary>
    [Fact]
    public void Ranks_read_the_batches_that_accelerate_gives_them()
    {
        Random random = new(1);
        for (int trial = 0; trial < 200; trial++)
        {
            (int records, int size, int ranks) = (1 + random.Next(60), 1 + random.Next(7), 1 + random.Next(8));
            bool dropLast = random.Next(2) == 0 && records >= size;
            int accumulation = 1 + random.Next(3);
            StepPlanOptions options = new(records, size, accumulation * ranks, 2, 0, dropLast, LossReduction.Records);
            int[][] orders = [.. Enumerable.Range(0, 2).Select(_ => Shuffled(random, records))];
            StepPlan plan = new(options, epoch => orders[epoch]);
            MicroBatch[] read = [.. Enumerable.Range(0, plan.TotalSteps).SelectMany(s => plan.Step(s).MicroBatches)];
            for (int epoch = 0; epoch < 2; epoch++)
                for (int rank = 0; rank < ranks; rank++)
                    Assert.Equal(
                        BatchSamplerShard(orders[epoch], size, dropLast, ranks, rank),
                        read.Where(m => m.Epoch == epoch && m.Place % ranks == rank).Select(m => m.Records));
        }
    }

    [Fact]
    public void A_communicator_deals_in_turn()
    {
        Assert.All(Enumerable.Range(0, 5), place => Assert.Equal(0, Communicator.Alone.RankOf(place)));
        Assert.All(
            ThreadCommunicator.Run(3, r => Enumerable.Range(0, 7).Select(r.RankOf).ToArray()), r => Assert.Equal([0, 1, 2, 0, 1, 2, 0], r));
    }

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=2", 4, 2)]
    [InlineData("PMI_SIZE=3 PMI_RANK=0", 3, 0)]
    [InlineData("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1", 2, 1)]
    [InlineData("SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0", 1, 0)]
    [InlineData("OMPI_COMM_WORLD_SIZE=x OMPI_COMM_WORLD_RANK=2", 1, 0)]
    [InlineData("SLURM_NTASKS=8", 1, 0)] // sbatch without srun: one process
    [InlineData("", 1, 0)]
    public void The_launcher_is_read_from_the_environment(string environment, int size, int rank) =>
        Assert.Equal((size, rank), MpiLaunch.Read(Of(environment)));

    /// <summary>As Slurm 22.05 sets them.</summary>
    [Theory]
    [InlineData("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0", true)]
    [InlineData("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0 SLURM_MPI_TYPE=pmix PMIX_RANK=0 PMIX_NAMESPACE=slurm.pmix.4.0", false)]
    [InlineData("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0 SLURM_MPI_TYPE=pmi2 PMI_RANK=0 PMI_SIZE=2 PMI_FD=11", false)]
    [InlineData("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0", false)] // mpirun under srun
    [InlineData("SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0", false)]
    public void Srun_without_pmix_is_noticed(string environment, bool lacks) => Assert.Equal(lacks, MpiLaunch.LacksPmix(Of(environment)));

    [Fact]
    public void Processes_of_torchrun_are_refused_with_the_command_to_use()
    {
        MpiException e = Assert.Throws<MpiException>(() => MpiLaunch.Open(Of("WORLD_SIZE=4 RANK=1")));
        Assert.Contains("mpirun -np 4 ./tracefast train", e.Message, StringComparison.Ordinal);
        Assert.Same(Communicator.Alone, MpiLaunch.Open(Of("WORLD_SIZE=1")));
    }

    /// <summary>
    /// accelerate's BatchSamplerShard._iter_with_no_split with even_batches=False: a rank gets every ranks-th batch of the sampler; the last,
    /// incomplete one too, where its turn has come.
    /// </summary>
    private static List<int[]> BatchSamplerShard(int[] order, int size, bool dropLast, int ranks, int rank)
    {
        List<int[]> mine = [];
        int index = 0;
        foreach (int[] batch in order.Chunk(size))
        {
            if (batch.Length < size && dropLast)
                continue;
            if (index % ranks == rank)
                mine.Add(batch);
            index++;
        }
        return mine;
    }

    private static int[] Shuffled(Random random, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }

    private static Func<string, string?> Of(string environment)
    {
        Dictionary<string, string> variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);
        return name => variables.GetValueOrDefault(name);
    }
}
