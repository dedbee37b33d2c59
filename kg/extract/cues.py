"""Cue classes: small sets of words whose nearness says what a name is to the paper."""

from __future__ import annotations

_CLASSES: dict[str, str] = {
    "propose": "propose proposed proposes proposing introduce introduces introducing introduced present presents presenting presented develop develops developed developing design designed designs devise devised devises build built create created creating construct constructed establish curate curated formulate contribute contribution contributes offer unveil",
    "naming": "called named termed dubbed coined namely denoted abbreviated entitled i.e known referred name",
    "we": "we our ours us",
    "this": "this these here herein paper work study article report",
    "novel": "novel new newly first original innovative",
    "evaluate": "evaluate evaluated evaluates evaluating evaluation evaluations experiment experiments experimental test tested testing validate validated validation validating assess assessed assessing assessment benchmarked benchmarking demonstrate demonstrated demonstrates verify verified examine examined",
    "results": "result results achieve achieves achieved achieving show shows showed shown outperform outperforms outperformed outperforming reach reached obtain obtained yields yielded surpass surpasses surpassing exceed improve improves improved improvement performance",
    "on": "on across over",
    "from": "from",
    "for": "for toward towards to",
    "in": "in within under",
    "with": "with by via through using use uses used utilize utilizes utilized utilizing employ employs employed employing leverage leverages leveraging leveraged apply applied applies applying adopt adopted adopts combine combines combining combined integrate integrates integrating integrated incorporate incorporates incorporating exploit exploits",
    "basedon": "based built builds building extend extends extending extended inspired modify modified fine-tune finetune tune tuned tuning fine",
    "train": "train trained training trains pretrained pretrain pretraining pre retrain",
    "compare": "compare compared compares comparing comparison versus vs than against relative baseline baselines competitor competing unlike whereas contrast conventional traditional standard classical",
    "prior": "existing previous prior recent recently state-of-the-art state art sota literature widely popular commonly typically often current currently many most",
    "suchas": "such including include includes like e.g example instance",
    "contain": "contain contains containing comprise comprises comprising consist consists consisting collect collected collecting collection annotate annotated annotations annotation pairs samples images patients subjects participants cases records questions",
    "data": "dataset datasets data corpus corpora benchmark benchmarks database databases cohort cohorts challenge challenges collection repository archive registry set sets leaderboard suite testbed biobank",
    "public": "public publicly open available release released releases releasing freely opensource access accessible download",
    "model": "model models network networks architecture architectures framework frameworks backbone encoder decoder transformer transformers module modules classifier classifiers detector layer layers",
    "method": "method methods approach approaches algorithm algorithms technique techniques strategy strategies scheme procedure paradigm pipeline system systems tool toolkit platform protocol pipeline solution agent agents mechanism loss metric",
    "task": "task tasks problem problems goal aim aims objective address addresses addressing tackle tackles solve solving application applications",
    "taskword": "segmentation classification detection prediction recognition generation estimation reconstruction retrieval answering diagnosis registration tracking forecasting translation summarization localization grading synthesis matching planning identification analysis extraction screening monitoring modeling inference learning optimization clustering understanding",
    "patients": "patients patient disease diseases disorder disorders syndrome cancer cancers lesion lesions tumor tumors clinical symptoms diagnosis diagnosed treatment risk condition conditions suffering infection injury mortality prognosis diagnosing detecting screening therapy",
    "negation": "without unlike instead not no neither nor rather lack lacks lacking avoid fail fails",
    "future": "future will may could would promise potential",
    "important": "important importance critical crucial essential challenging challenge difficult remains major key fundamental common leading severe",
    "code": "code implementation software package library github repository url toolbox https",
    "is": "is are was were be been being",
    "a": "a an",
    "the": "the its their",
    "and": "and or",
    "of": "of",
    "extend": "variant variants version extension extends generalizes generalization family type types class",
    "number": "two three four five six seven eight nine ten several multiple various different diverse both all",
    "large": "large largest large-scale scale comprehensive multi multimodal",
    "that": "that which who whose where",
}

NAMES = tuple(_CLASSES)
CLASSES = tuple(tuple(words.replace("-", "").split()) for words in _CLASSES.values())

# Words that no name holds, beside those that training finds: they end a run.
STOPS = frozenset(
    """a an the this that these those we our ours us it its they their them he she his her who whom whose which what when where while
    and or but nor so yet if then than because since although though however moreover furthermore therefore thus hence also
    is are was were be been being am do does did done has have had having can could may might must shall should will would
    of on in at by for from to into onto with within without via through across over under between among amongst against during before after
    above below about around upon towards toward per as not no only even just both either neither each every any some such other another
    many most more less least few several various all there here how why use uses used using utilize utilizes utilizing utilized
    propose proposes proposed proposing introduce introduces introduced introducing present presents presented presenting develop develops developed
    show shows showed shown demonstrate demonstrates demonstrated achieve achieves achieved achieving outperform outperforms outperformed outperforming
    improve improves improved evaluate evaluates evaluated compare compared comparing employ employs employed employing leverage leverages leveraging
    apply applies applied applying adopt adopts based built called named termed namely e.g i.e et al vs versus
    provide provides provided providing enable enables enabled enabling allow allows allowed address addresses addressed addressing
    obtain obtained consider considered require requires required reduce reduces reduced increase increases increased
    make makes made find finds found exist exists existing remain remains including include includes included containing contain contains
    investigate investigates investigated study studies studied paper work works
    respectively significantly effectively typically usually often recently currently generally widely highly mainly namely finally firstly secondly first second third
    one two three four five six seven eight nine ten novel new our""".split()
)
