namespace TraceFast.Training.Tests.Loop;

/// <summary>Settings of runs on the tiny models of the oracle set, on random token ids of our own.</summary>
internal static class SmallRun
{
    private const int Vocabulary = 250;

    public static string Model => Oracles.Require("oracles", "hf", "models", "llama_gqa");

    /// <summary>Quads with a common beginning, lengths from 1 to 20 tokens, the same for the same seed.</summary>
    public static IEnumerable<object> Quads(int count, int seed = 1)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            int[] common = Ids(random, 1 + random.Next(20));
            yield return new
            {
                x1_ids = (int[])[.. common, .. Ids(random, 1 + random.Next(5))],
                y1_ids = Ids(random, 1 + random.Next(12)),
                x2_ids = (int[])[.. common, .. Ids(random, 1 + random.Next(5))],
                y2_ids = Ids(random, 1 + random.Next(12)),
            };
        }
    }

    /// <summary>An IOPO run of 6 steps on 11 quads: 2 x 2 records, the last step of an epoch short.</summary>
    public static (string Key, object Value)[] Iopo(TrainedRun run, params (string Key, object Value)[] more) =>
    [
        ("model_name_or_path", Model),
        ("stage", "iopo"),
        ("dataset", run.WriteData("quads.jsonl", Quads(11))),
        ("per_device_train_batch_size", 2),
        ("gradient_accumulation_steps", 2),
        ("learning_rate", 2e-3),
        ("num_train_epochs", 2),
        ("lora_rank", 4),
        ("token_budget", 120),
        ("log_records", true),
        ("save_steps", 2),
        .. more,
    ];

    private static int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
}
