using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Data.Files;
using TraceFast.Data.Json;
using TraceFast.Data.Progress;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;
using TraceFast.Synthesis.Failures;
using TraceFast.Synthesis.Rewards;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Loop;

namespace TraceFast.Cli;

/// <summary>What a round sampled; <c>round.json</c> in its folder, written when its records are, and again when it is trained.</summary>
/// <param name="Written">Records to train on.</param>
/// <param name="AgainstData">Prompts where the data's answer is preferred, since no sample passes.</param>
/// <param name="Empty">Empty answers among those that fail.</param>
/// <param name="Unfinished">Answers that did not end within the limit.</param>
/// <param name="Repeated">Answers most of which repeats what they have said (<see cref="AnswerGuards"/>).</param>
/// <param name="Copied">Answers most of which is their prompt's.</param>
/// <param name="MeanTokens">Of an answer, its end token included.</param>
/// <param name="Steps">Of its training; null: it is not finished.</param>
/// <param name="Settings">What it must be resumed with.</param>
internal sealed record RoundRecord(
    int Prompts, int Samples, int Passing, int Written, int AgainstData, int Empty, int Unfinished, int Repeated, int Copied,
    double MeanTokens, int? Steps, SortedDictionary<string, string> Settings);

/// <summary>
/// <c>rounds: N</c>: trains on the model's own failing answers, several times. For each round k, in output_dir/round-k:
/// <code>
///   sample   round_samples answers of the present policy to each prompt of dataset   data.jsonl.samples.jsonl
///   check    pairs of a failing and a better answer, or quads with failing answers   data.jsonl, round.json
///   train    one run on them; reference: start is the policy that was sampled        train/
/// </code>
/// The next round starts from what this one has trained; at the end the last round's files are copied to output_dir, and
/// rounds.json gets the counts of all. A killed run goes on where it was (<c>--resume</c>) to the same bits: finished rounds are left,
/// answers that are there are kept, the training goes on from its checkpoint.
/// </summary>
/// <param name="configuration">Its rounds are above 0.</param>
/// <param name="train">Trains by the configuration of a round.</param>
internal sealed class TrainingRounds(
    RunConfiguration configuration, Func<RunConfiguration, TrainingOutcome> train, Communicator ranks, IRunLog log,
    CancellationToken interrupt)
{
    private const string DataFile = "data.jsonl", RecordFileName = "round.json", CountsFileName = "rounds.json",
        TrainFolder = "train", ExportFolder = ".export";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n",
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    private readonly string _output = Path.GetFullPath(configuration.OutputDir);

    private readonly bool _resumes = configuration.ResumeFromCheckpoint is not null;

    /// <exception cref="InputException">An input is invalid, a finished round was made with other settings, or no answer fails.</exception>
    /// <exception cref="OperationCanceledException">Interrupted while answers are sampled; those that are there are kept.</exception>
    public TrainingOutcome Run()
    {
        using RunLock? held = configuration.OpenOutputFolder(ranks.Writes, log);
        if (ranks.Writes && !_resumes)
            RemoveFormer();
        IReadOnlyList<FailurePrompt> prompts = Prompts();
        TrainingOutcome? last = null;
        string? policy = null;
        for (int round = 1; round <= configuration.Rounds; round++)
        {
            if (Sampled(round, prompts, policy) is not { } sampled)
                break;
            TrainingOutcome outcome = Trained(round, sampled, policy);
            if (outcome.End == TrainingEnd.Interrupted)
                return outcome with { OutputFolder = _output };
            (last, policy) = (outcome, outcome.OutputFolder);
        }
        if (last is null)
            throw new InputException(
                $"{configuration.Where("rounds")}: no answer of the model fails in a way that a record can be made of, so there is nothing "
                    + "to train on; more round_samples or other prompts may help");
        if (ranks.Writes)
        {
            CopyResults(last.OutputFolder);
            WriteCounts();
        }

        return last with { OutputFolder = _output };
    }

    private string FolderOf(int round) => Path.Combine(_output, $"round-{round}");

    private string RecordOf(int round) => Path.Combine(FolderOf(round), RecordFileName);

    private void RemoveFormer()
    {
        foreach (string folder in Directory.GetDirectories(_output, "round-*"))
            if (int.TryParse(Path.GetFileName(folder)["round-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                Directory.Delete(folder, recursive: true);
    }

    /// <exception cref="InputException">A record lists no constraints, or none is there.</exception>
    private IReadOnlyList<FailurePrompt> Prompts()
    {
        IReadOnlyList<FailurePrompt> prompts =
            [.. configuration.DatasetFiles.SelectMany(files => FailureRun.Prompts(files, configuration.MaxSamples))];
        if (prompts.Count == 0)
            throw new InputException(
                $"{configuration.Where("dataset")}: dataset holds no record; expected records that list their constraints");
        if (PromptsOf(configuration.Rounds, prompts).Count == 0)
            throw new InputException(
                $"{configuration.Where("rounds")}: {configuration.Rounds} rounds share too few records for one each (round_prompts: parts); "
                    + "lower rounds, or set round_prompts: all");
        return prompts;
    }

    private IReadOnlyList<FailurePrompt> PromptsOf(int round, IReadOnlyList<FailurePrompt> prompts)
    {
        if (!configuration.RoundsReadParts)
            return prompts;
        List<FailurePrompt> own = [];
        int record = -1;
        for (int i = 0; i < prompts.Count; i++)
        {
            if (i == 0 || prompts[i].Record != prompts[i - 1].Record)
                record++;
            if (record % configuration.Rounds == round - 1)
                own.Add(prompts[i]);
        }
        return own;
    }

    /// <summary>Samples and checks a round, unless it is done; null: no record came of it.</summary>
    private RoundRecord? Sampled(int round, IReadOnlyList<FailurePrompt> all, string? policy)
    {
        IReadOnlyList<FailurePrompt> prompts = PromptsOf(round, all);
        string data = Path.Combine(FolderOf(round), DataFile), samples = data + OwnAnswers.Ending;
        byte[] Rows() => OwnAnswers.Rows(prompts, configuration.RoundSamples, configuration.SamplingSeed(round));
        if (ranks.Writes && ReadRecord(round) is not null)
            RequireSamePrompts(samples, Rows());
        if (ranks.OfRank0(() => File.Exists(RecordOf(round)) ? "sampled" : "").Length == 0)
        {
            log.Line(
                $"round {round} of {configuration.Rounds}: sampling {configuration.RoundSamples} answers to each of {prompts.Count} "
                    + "prompts");
            Directory.CreateDirectory(FolderOf(round));
            Sample(round, Rows, samples, policy);
            if (ranks.Writes)
                Check(round, prompts, samples, data);
            ranks.Barrier();
        }
        RoundRecord record = ReadRecord(round)!;
        log.Line(Describe(round, record));
        return record.Written > 0 ? record : null;
    }

    private void Sample(int round, Func<byte[]> rows, string samples, string? policy)
    {
        bool isAdapter = configuration.IsLora && policy is not null;
        string model = isAdapter || policy is null ? configuration.ModelNameOrPath : policy;
        SessionSettings session = SessionSettings.OnDevice(
            configuration.Device == "cuda" ? "cuda" : "cpu", configuration.Threads > 0 ? configuration.Threads : ranks.Processors);
        ModelChoice choice = new()
        {
            Model = model,
            Adapter = isAdapter ? policy : policy is null ? configuration.AdapterNameOrPath : null,
            Precision = ExportPrecision.Float32,
            Template = configuration.Template,
            Chat = configuration.Chat,
            Settings = Settings(round),
            Session = session,
            Device = configuration.Device,
            Options = new DecodeOptions { Batch = configuration.RoundBatchSize, Threads = session.Threads ?? ranks.Processors },
        };
        string cache = Path.Combine(FolderOf(round), ExportFolder);
        string folder = choice.Exported(ranks, log.Line, interrupt, cache);
        using (TextModel opened = choice.Open(folder))
        {
            GenerationDefaults.LogIgnored(
                opened.GenerationConfig, choice.Settings, "samples are taken as the configuration says", log.Line);
            OwnAnswers.Sample(opened, folder, choice, rows, samples, ranks, log, interrupt);
        }
        ranks.Barrier();
        if (ranks.Writes)
            Directory.Delete(cache, recursive: true);
    }

    private GenerationSettings Settings(int round) => new()
    {
        MaxNewTokens = configuration.RoundMaxNewTokens,
        Sampling = new SamplingOptions { Temperature = configuration.RoundTemperature, Seed = configuration.SamplingSeed(round) },
    };

    private void Check(int round, IReadOnlyList<FailurePrompt> prompts, string samples, string data)
    {
        IReadOnlyList<IReadOnlyList<OwnAnswer>> answers = OwnAnswers.Read(samples, prompts.Count, configuration.RoundSamples);
        bool quads = configuration.QuadPreference == QuadPreference.IopoVerified;
        if (!configuration.RoundsFallBackOnData)
            prompts = [.. prompts.Select(p => p with { Answer = null })];
        string[][] texts = OwnAnswers.Texts(answers);
        FailureReport report = FailureRun.Write(
            prompts, texts, AnswerChecks.ByProgram(prompts, texts), quads, configuration.SamplingSeed(round), data);
        OwnAnswer[] every = [.. answers.SelectMany(a => a)];
        AnswerGuards[] guards = [.. prompts.SelectMany((p, i) => answers[i].Select(a => AnswerGuards.Of(p.Conversation, a.Text)))];
        Write(round, new RoundRecord(
            report.Prompts, report.Samples, report.Passing, report.Written,
            report.Outcomes.Where(o => !quads && o.Outcome == FailureOutcome.AgainstData).Sum(o => o.Count), report.Empty,
            every.Count(a => !a.Ended), guards.Count(g => g.Repeated), guards.Count(g => g.Copied), every.Average(a => a.Tokens), null,
            Identity()));
    }

    private TrainingOutcome Trained(int round, RoundRecord record, string? policy)
    {
        string output = Path.Combine(FolderOf(round), TrainFolder);
        if (record.Steps is int steps)
        {
            log.Line($"round {round} of {configuration.Rounds} is finished: {output}");
            return new TrainingOutcome(TrainingEnd.Finished, steps, output);
        }
        bool begun = ranks.OfRank0(() => _resumes && Directory.Exists(output) ? "begun" : "").Length > 0;
        log.Line($"round {round} of {configuration.Rounds}: training on {record.Written} records in {output}");
        TrainingOutcome outcome = train(
            configuration.ForRound(round, Path.Combine(FolderOf(round), DataFile), output, policy, begun));
        if (ranks.Writes && outcome.End != TrainingEnd.Interrupted)
            Write(round, record with { Steps = outcome.Steps });
        ranks.Barrier();
        return outcome;
    }

    private SortedDictionary<string, string> Identity() =>
        new(configuration.RoundIdentity.ToDictionary(v => v.Key, v => v.Value), StringComparer.Ordinal);

    private void Write(int round, RoundRecord record) =>
        AtomicFile.Write(RecordOf(round), JsonSerializer.SerializeToUtf8Bytes(record, s_json));

    /// <summary>Null: the round is not sampled yet.</summary>
    /// <exception cref="InputException">It is damaged, or of other settings.</exception>
    private RoundRecord? ReadRecord(int round)
    {
        string path = RecordOf(round);
        if (!File.Exists(path))
            return null;
        RoundRecord record;
        try
        {
            record = JsonSerializer.Deserialize<RoundRecord>(InputFile.ReadAllBytes(path), s_json)
                ?? throw new InputException($"{path}: expected an object, found null");
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{path}:{e.LineNumber + 1}: not the record of a round ({JsonErrors.Describe(e)}); remove the folder of the round", e);
        }
        string[] different = [.. CheckpointState.Differences(record.Settings, Identity())];
        return different.Length == 0 ? record
            : throw new InputException(
                $"{path}: the round was made with other settings: {string.Join("; ", different)}; give the former ones, or start over with "
                    + "overwrite_output_dir: true and without resume_from_checkpoint");
    }

    /// <exception cref="InputException">They are others.</exception>
    private static void RequireSamePrompts(string samples, byte[] rows)
    {
        string path = EvalDecoding.PromptsPath(samples);
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(rows))
            throw new InputException(
                $"{path}: the round was made with other prompts than dataset holds now; give the former ones, or start over with "
                    + "overwrite_output_dir: true and without resume_from_checkpoint");
    }

    /// <summary>What each round sampled, without its settings.</summary>
    private void WriteCounts()
    {
        JsonNode[] all =
        [
            .. Enumerable.Range(1, configuration.Rounds).Select(ReadRecord).OfType<RoundRecord>()
                .Select(r => JsonSerializer.SerializeToNode(r, s_json)!),
        ];
        foreach (JsonNode round in all)
            round.AsObject().Remove("settings");
        AtomicFile.Write(Path.Combine(_output, CountsFileName), JsonSerializer.SerializeToUtf8Bytes(all, s_json));
    }

    private string Describe(int round, RoundRecord r) => string.Create(
        CultureInfo.InvariantCulture,
        $"round {round} of {configuration.Rounds}: {r.Samples} answers to {r.Prompts} prompts, {r.Passing} break nothing, {r.Unfinished} "
            + $"did not end, {r.Repeated} repeat themselves, {r.Copied} copy their prompt, {r.MeanTokens:0.0} tokens on average; "
            + $"{r.Written} records, {r.AgainstData} of them against the data's answer, {r.Empty} failing answers are empty");

    /// <summary>Each file is old or new, never partial.</summary>
    private void CopyResults(string from)
    {
        foreach (string file in Directory.GetFiles(from).Where(f => Path.GetFileName(f) != RunLock.FileName).Order(StringComparer.Ordinal))
            AtomicFile.Copy(file, Path.Combine(_output, Path.GetFileName(file)));
        log.Line($"done: the results of the last round are in {_output}");
    }
}
