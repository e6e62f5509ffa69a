using TraceFast.Kernels.Profiling;
using TraceFast.Models;
using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Reference;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>
/// <c>pref_calibrate</c>: before a step's gradient, those of the mean log-probability of its preferred sequences and of its others are
/// computed and their norms taken (<see cref="RewardCalibration"/>). Together they cost as much as the step's own pass.
/// </summary>
internal sealed class CalibrationPass
{
    private readonly Decoder _decoder;
    private readonly PreferenceObjective _objective;
    private readonly RewardCalibration _calibration;
    private readonly IReadOnlyList<EncodedRecord> _records;
    private readonly ReferenceLogProbs? _reference;
    private readonly SequenceRole[] _roles;
    private readonly TrainStep _preferred, _others;

    private CalibrationState? _next;

    /// <param name="records">The data set that step plans refer to.</param>
    /// <param name="reference">As for the step.</param>
    /// <param name="step">Of <paramref name="objective"/>; its sums of gradients are used.</param>
    public CalibrationPass(
        Decoder decoder, PreferenceObjective objective, RewardCalibration calibration, IReadOnlyList<EncodedRecord> records,
        ReferenceLogProbs? reference, TrainStep step)
    {
        (_decoder, _objective, _calibration, _records, _reference) = (decoder, objective, calibration, records, reference);
        IReadOnlyList<SequenceRole> preferred = objective.PreferredRoles;
        _roles = [.. preferred, .. objective.Roles.Except(preferred)];
        _preferred = step.Of(new MeanLogProbObjective(preferred));
        _others = step.Of(new MeanLogProbObjective(_roles[preferred.Count..]));
    }

    /// <summary>Sets the objective's calibration for a step, and leaves no gradient.</summary>
    /// <inheritdoc cref="TrainStep.Accumulate"/>
    public void Measure(OptimizerStep step, CancellationToken cancellation)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Structure, "calibration");
        (StepResult preferred, double preferredNorm) = Gradient(_preferred, step, cancellation);
        (StepResult others, double othersNorm) = Gradient(_others, step, cancellation);
        _next = _calibration.Next(Incentives(step, preferred, others), (preferredNorm, othersNorm));
        _objective.Calibration = Scale;
    }

    /// <summary>a of the last <see cref="Measure"/>.</summary>
    public double Scale => _next?.Scale ?? 1;

    /// <summary>The step of the last <see cref="Measure"/> is done.</summary>
    public void Commit() => _calibration.State = _next;

    private (StepResult Result, double Norm) Gradient(TrainStep of, OptimizerStep step, CancellationToken cancellation)
    {
        try
        {
            StepResult result = of.Accumulate(step, cancellation);
            return (result, GradientClipping.GlobalNorm(_decoder.TrainableParameters.Select(p => p.Parameter.grad).OfType<torch.Tensor>()));
        }
        finally
        {
            foreach ((_, torch.Tensor parameter) in _decoder.TrainableParameters)
                parameter.grad = null;
        }
    }

    /// <summary>Mean over the records of the objective's incentives, at the log-probabilities of the two passes.</summary>
    private (double Preferred, double Others) Incentives(OptimizerStep step, StepResult preferred, StepResult others)
    {
        (double ofPreferred, double ofOthers) = (0, 0);
        IReadOnlyList<int> places = step.Records;
        SequenceLogProb[] sequences = new SequenceLogProb[_roles.Length];
        for (int i = 0; i < places.Count; i++)
        {
            double[] policy = [.. preferred.Values[i].Rewards, .. others.Values[i].Rewards];
            EncodedRecord record = _records[places[i]];
            for (int r = 0; r < sequences.Length; r++)
            {
                SequenceRole role = _objective.Roles[r];
                sequences[r] = new SequenceLogProb(
                    policy[Array.IndexOf(_roles, role)], _reference is null ? 0 : _reference.Of(places[i])[r],
                    RecordSequences.LabelCount(record, role));
            }
            (double up, double down) = _objective.Incentives(sequences);
            (ofPreferred, ofOthers) = (ofPreferred + up / places.Count, ofOthers + down / places.Count);
        }
        return (ofPreferred, ofOthers);
    }
}
